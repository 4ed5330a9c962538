import Engines
import ModelLibrary
import RoostAPI
import RoostCore

extension ModelMaintenance {
    /// The most models of one answer whose files are read for their context.
    private static let mostContexts = 8

    /// Returns everything on the disk that belongs to a model, with the context of its engine.
    ///
    /// - Throws: `RoostError` with code `modelNotFound` or `fileSystem`.
    func detailWithContext(of selector: ModelSelector) async throws -> ModelDetail {
        var detail = try await detail(of: selector)
        for index in detail.models.indices.prefix(Self.mostContexts) {
            // A model whose files cannot be examined has no context; its load would report the reason.
            guard let fit = try? await engineFit(ModelReference(parsing: detail.models[index].model)) else { continue }
            detail.models[index].context = ModelContext(fit.plan)
        }
        return detail
    }

    /// Returns whether a model fits into the memory.
    ///
    /// - Throws: `RoostError` with code `modelNotFound`, or the reason why its files cannot be examined.
    func fit(_ reference: ModelReference) async throws -> ModelFit {
        let entry = try await store.onDisk { try store.catalog.entry(for: reference) }
        return ModelFit(entry.reference, try await engines.fit(entry))
    }

    private func engineFit(_ reference: ModelReference) async throws -> EngineFit {
        try await engines.fit(store.onDisk { try store.catalog.entry(for: reference) })
    }
}

extension ModelContext {
    init(_ plan: EnginePlan) { self.init(length: plan.contextLength, slots: plan.slots, reason: plan.reason) }
}

extension ModelFit {
    fileprivate init(_ model: ModelReference, _ fit: EngineFit) {
        let parts = fit.need.estimate
        self.init(
            model: model.description, answer: fit.verdict.rawValue, evicts: fit.leaving.map(\.description), context: ModelContext(fit.plan),
            neededBytes: fit.need.bytes, freeBytes: max(0, fit.freeBytes), usableBytes: max(0, fit.usableBytes),
            parts: Parts(
                weights: parts.weights, context: parts.context, compute: parts.compute, promptCache: parts.promptCache, margin: parts.margin),
            usedBefore: fit.need.remembered, layers: fit.layers, deviceLayers: fit.need.placement?.layers,
            devices: fit.devices.map {
                Device(name: $0.name, description: $0.description, totalBytes: $0.totalBytes, freeBytes: $0.freeBytes)
            })
    }
}
