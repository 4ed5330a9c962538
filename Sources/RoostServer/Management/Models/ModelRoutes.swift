import Access
import Engines
import Foundation
import HTTPServing
import HubClient
import Hummingbird
import JobStore
import ModelFormats
import ModelLibrary
import RoostAPI
import RoostCore
import SystemPackage

/// `/models`: lists the models on this machine and in memory; verifies, repairs, cleans up and removes them.
struct ModelRoutes: Sendable {
    /// The most verifications and repairs at the same time.
    private static let mostTurns = 2

    let upkeep: ModelMaintenance
    private let turns = BodySlots(mostTurns)

    init(upkeep: ModelMaintenance) { self.upkeep = upkeep }

    func add(to router: Router<RoostContext>) {
        let group = router.group("models")
        group.get { _, context in
            let models = try await upkeep.list()
            return try await WorkThreads.run { JSON.response(models.filter { context.caller.permits(named: $0.model) }) }
        }
        group.get(":first", use: show)
        group.get(":first/:second", use: show)
        group.get(":first/:second/**", use: show)
        group.delete(":first", use: remove)
        group.delete(":first/:second", use: remove)
        group.delete(":first/:second/**", use: remove)
        group.post("load") { request, context in try await load(request, context, nil) }
        group.post("unload") { request, context in try await unload(request, context, nil) }
        for action in Action.allCases {
            // A model whose name ends in one of these words is reached with `%2F`.
            for id in [":first", ":first/:second"] {
                group.post("\(id)/\(action.rawValue)") { request, context in try await act(action, request, context) }
            }
        }
        group.post("tune", use: tune)
        group.post("untune", use: untune)
        group.post("gc", use: collect)
        group.post("verify") { request, context in
            try await answer(request, context) { [upkeep] selector, onProgress in try await upkeep.store.verify(selector, onProgress: onProgress) }
        }
        group.post("repair") { request, context in
            try await answer(request, context) { [upkeep] selector, onProgress in try await upkeep.repair(selector, onProgress: onProgress) }
        }
        router.get("partials") { _, context in JSON.response(try await visible(upkeep.partials(), to: context.caller)) }
    }

    /// Refuses a model that the key may not use, by the name of the model and not by the one that was sent.
    private func require(_ model: ModelReference, for caller: Caller) async throws {
        guard let key = caller.key, !key.models.isEmpty else { return }
        let found: ModelReference
        do {
            found = try await upkeep.store.onDisk { try upkeep.store.catalog.entry(for: model).reference }
        } catch let error as RoostError where error.code == .modelNotFound {
            // A repository without a model that an engine can load has a detail too.
            found = model
        }
        try caller.require(found)
    }

    /// Returns the unfinished downloads of models that a key may use, with the ids of its owner's jobs only.
    private func visible(_ partials: [PartialDownload], to caller: Caller) async throws -> [PartialDownload] {
        guard !caller.isAdmin else { return partials }
        var shown: [PartialDownload] = []
        for var partial in partials where caller.permits(named: partial.model) {
            if let id = partial.jobID, let job = try await upkeep.database.job(id: id), !caller.owns(job) { partial.jobID = nil }
            shown.append(partial)
        }
        return shown
    }

    private func show(_ request: Request, context: RoostContext) async throws -> Response {
        var parts = try components(context)
        // The last part of `/models/{id}/fit`; a file of that name in the id is reached with `%2F`.
        guard parts.count > 1, parts.last == "fit" else {
            let selector = try selector(request, parts)
            try await require(selector.model, for: context.caller)
            var detail = try await upkeep.detailWithContext(of: selector)
            detail.partials = try await visible(detail.partials, to: context.caller)
            detail.models = detail.models.filter { context.caller.permits(named: $0.model) }
            return try await WorkThreads.run { [detail] in JSON.response(detail) }
        }
        parts.removeLast()
        let selector = try selector(request, parts)
        guard selector.revision == nil else {
            throw RoostError(.invalidRequest, "A fit has no `revision`: engines load the current one.", field: "revision")
        }
        try await require(selector.model, for: context.caller)
        return JSON.response(try await upkeep.fit(selector.model))
    }

    private func remove(_ request: Request, context: RoostContext) async throws -> Response {
        JSON.response(try await upkeep.remove(ModelRemoval(selector(request, components(context)), query: QueryFields(request))))
    }

    /// What can be done with one model.
    private enum Action: String, CaseIterable {
        case load, unload, reload
    }

    /// `/models/{id}/load`, `/models/{id}/unload` and `/models/{id}/reload`.
    private func act(_ action: Action, _ request: Request, _ context: RoostContext) async throws -> Response {
        let selector = try selector(request, components(context))
        guard selector.revision == nil else {
            throw RoostError(.invalidRequest, "A load has no `revision`: engines load the current one.", field: "revision")
        }
        switch action {
        case .load: return try await load(request, context, selector.model)
        case .unload: return try await unload(request, context, selector.model)
        case .reload:
            return try await context.channel.whileClientStays { JSON.response(try await upkeep.reload(selector.model)) }
        }
    }

    // `named` is the model; without it the body names one.
    private func load(_ request: Request, _ context: RoostContext, _ named: ModelReference?) async throws -> Response {
        var request = request
        let (model, keepAlive, isPinned, contextLength) = try await request.readFields(upTo: context.maxUploadSize, isRequired: named == nil) {
            fields in
            (
                try named ?? ModelReference(parsing: fields.string("model", maxBytes: ModelReference.byteLimit)), try fields.optionalKeepAlive(),
                fields.value("pin") == nil ? nil : try fields.bool("pin", default: false),
                fields.value("context_length")?.string == "auto" ? 0 : try fields.optionalInt("context_length", in: ServerSettings.contextLengthRange)
            )
        }
        AuditNote.about(model)
        return try await context.channel.whileClientStays {
            JSON.response(try await upkeep.load(model, keepAlive: keepAlive, isPinned: isPinned, contextLength: contextLength))
        }
    }

    // `named` is the model; without it the body names one.
    private func unload(_ request: Request, _ context: RoostContext, _ named: ModelReference?) async throws -> Response {
        var request = request
        let reference = try await request.readFields(upTo: context.maxUploadSize, isRequired: named == nil) {
            try named ?? ModelReference(parsing: $0.string("model", maxBytes: ModelReference.byteLimit))
        }
        await upkeep.unload(reference)
        return JSON.response(["status": "unloaded", "model": reference.description])
    }

    private func tune(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let (model, options) = try await request.readFields(upTo: context.maxUploadSize) { fields in
            (
                try ModelReference(parsing: fields.string("model", maxBytes: ModelReference.byteLimit)),
                CalibrationOptions(
                    limit: .seconds(
                        try fields.optionalInt("seconds", in: CalibrationOptions.allowedSeconds) ?? CalibrationOptions.allowedSeconds.upperBound),
                    allowsQuantizedCache: try fields.bool("allow_quantized_cache", default: false))
            )
        }
        AuditNote.about(model)
        // Before the answer begins, so that its status can still be 404 or 409.
        let entry = try await upkeep.calibratable(model)
        return ProgressBody(request: request) { [upkeep] in try await upkeep.tune(entry, options, onProgress: $0) }.response
    }

    private func untune(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let model = try await request.readFields(upTo: context.maxUploadSize) {
            try ModelReference(parsing: $0.string("model", maxBytes: ModelReference.byteLimit))
        }
        AuditNote.about(model)
        return JSON.response(try await upkeep.untune(model))
    }

    private func collect(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let options = try await request.readFields(upTo: context.maxUploadSize) { fields in
            CollectOptions(
                isDryRun: try fields.bool("dry_run", default: false), includesRevisions: try fields.bool("revisions", default: false),
                minimumAge: try fields.number("older_than_hours", in: 0...87_600, default: 24) * 3600)
        }
        return JSON.response(try await upkeep.collect(options))
    }

    private func answer<Result: Codable & Sendable>(
        _ request: Request, _ context: RoostContext,
        _ work: @escaping @Sendable (ModelSelector?, @escaping @Sendable (VerifyProgress) -> Void) async throws -> Result
    ) async throws -> Response {
        var request = request
        let selector = try await request.readFields(upTo: context.maxUploadSize) { fields in
            try fields.optionalString("model", bytes: 1...ModelReference.byteLimit).map {
                try ModelSelector(ModelReference(parsing: $0), revision: fields.optionalString("revision", bytes: 1...256))
            }
        }
        // Before the answer begins, so that its status can still be 404.
        if let selector {
            AuditNote.about(selector)
            _ = try await upkeep.detail(of: selector)
        }
        guard let turn = turns.take() else {
            throw RoostError(
                .rateLimited,
                "\(Self.mostTurns) verifications are under way, and more would only slow each other down; try again when one has ended.",
                retryAfter: .seconds(10))
        }
        return ProgressBody(request: request) { onProgress in
            defer { withExtendedLifetime(turn) {} }
            return try await work(selector, onProgress)
        }.response
    }

    /// Returns `org/name:QUANT` or `org/name:folder/file` from the path, with encoded slashes or not, and `revision`
    /// from the query.
    private func selector(_ request: Request, _ parts: [String]) throws -> ModelSelector {
        let id = parts.map { $0.removingPercentEncoding ?? $0 }.joined(separator: "/")
        return try ModelSelector(ModelReference(parsing: id), revision: QueryFields(request).string("revision", bytes: 1...256))
    }

    /// Returns the parts of the path after `/models/`, as they were sent.
    private func components(_ context: RoostContext) throws -> [String] {
        try [context.parameters.require("first")] + [context.parameters.get("second")].compactMap(\.self)
            + context.parameters.getCatchAll().map(String.init)
    }
}

extension ModelRemoval {
    fileprivate init(_ selector: ModelSelector, query: QueryFields) throws {
        self.init(
            selector, onlyPartials: try query.bool("partials"), isForced: try query.bool("force"), isDryRun: try query.bool("dry_run"))
    }
}
