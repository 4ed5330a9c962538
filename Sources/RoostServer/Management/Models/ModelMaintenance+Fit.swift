import Engines
import ModelLibrary
import RoostAPI
import RoostCore

extension ModelMaintenance {
    /// The most models of one answer whose files are read for their context.
    private static let mostContexts = 8

    /// Returns everything on the disk that belongs to a model, with the context of its engine and the progress of its load.
    ///
    /// - Throws: `RoostError` with code `modelNotFound` or `fileSystem`.
    func detailWithContext(of selector: ModelSelector) async throws -> ModelDetail {
        var detail = try await detail(of: selector)
        let loading = await engines.loadedModels().filter { $0.progress != nil }
        for index in detail.models.indices {
            let progress = loading.first { $0.reference.description == detail.models[index].model }?.progress
            detail.models[index].load = progress.map { LoadView($0) }
        }
        for index in detail.models.indices.prefix(Self.mostContexts) {
            // A model whose files cannot be examined has no context; its load would report the reason.
            guard let (entry, fit) = try? await engineFit(ModelReference(parsing: detail.models[index].model)) else { continue }
            detail.models[index].context = ModelContext(fit.plan)
            if !fit.plan.makesEmbeddings { detail.models[index].chatTemplate = fit.plan.usesRoleLines ? .roleLines : .own }
            detail.models[index].tuning = ModelTuning(await engines.options(of: entry, fit.plan))
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

    /// Loads a model.
    ///
    /// - Parameters:
    ///   - reference: The model.
    ///   - keepAlive: How long it stays in memory after each request; `nil` for no change.
    ///   - isPinned: Whether it never leaves memory for another model; `nil` for no change.
    ///   - contextLength: The number of tokens of its context, 0 for its own; `nil` for no change.
    /// - Returns: The context of its engine, and how long it stays.
    /// - Throws: `RoostError` with code `modelNotFound`, or the reason why it cannot be loaded.
    func load(_ reference: ModelReference, keepAlive: KeepAlive?, isPinned: Bool?, contextLength: Int?) async throws -> LoadAnswer {
        let entry = try await store.onDisk { try store.catalog.entry(for: reference) }
        if let contextLength { try await set(contextLength, of: entry) }
        if let keepAlive { await engines.setKeepAlive(keepAlive, of: entry.reference) }
        return try await answer(to: loading(entry) { try await engines.load(entry) }, entry, isPinned: isPinned)
    }

    /// Loads a model again, after its running answers.
    ///
    /// - Throws: `RoostError` with code `modelNotFound`, or the reason why it cannot be loaded.
    func reload(_ reference: ModelReference) async throws -> LoadAnswer {
        let entry = try await store.onDisk { try store.catalog.entry(for: reference) }
        return try await answer(to: loading(entry) { try await engines.reload(entry) }, entry, isPinned: nil)
    }

    /// Loads a model. If it was removed meanwhile, it is not here, and its engine is not at fault.
    private func loading(_ entry: ModelEntry, _ load: () async throws -> LoadedModel) async throws -> LoadedModel {
        do {
            return try await load()
        } catch let error as RoostError where error.code == .engineLoadFailed {
            do {
                _ = try await store.onDisk { try store.catalog.entry(for: entry.reference) }
            } catch {
                await engines.forgetFailure(of: entry.reference)
                throw error
            }
            throw error
        }
    }

    private func answer(to loaded: LoadedModel, _ entry: ModelEntry, isPinned: Bool?) async throws -> LoadAnswer {
        // Only a model that can be loaded is pinned.
        if let isPinned { await engines.setPinned(isPinned, entry.reference) }
        guard let plan = loaded.plan else { throw RoostError(.unexpected, "\(entry.reference) was loaded without a plan.") }
        let (time, pinned) = await engines.stay(of: entry.reference)
        return LoadAnswer(model: entry.reference.description, context: ModelContext(plan), keepAlive: time.description, pinned: pinned)
    }

    private func set(_ contextLength: Int, of entry: ModelEntry) async throws {
        if let trained = try await engines.fit(entry).trainedContext, contextLength > trained {
            throw RoostError(
                .invalidRequest,
                "`context_length` may be at most \(trained) for \(entry.reference), which was trained for that; it is \(contextLength).",
                field: "context_length")
        }
        try await engines.setContextLength(contextLength, of: entry.reference)
    }

    private func engineFit(_ reference: ModelReference) async throws -> (ModelEntry, EngineFit) {
        let entry = try await store.onDisk { try store.catalog.entry(for: reference) }
        return (entry, try await engines.fit(entry))
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
