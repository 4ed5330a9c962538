import Engines
import HTTPServing
import HTTPTypes
import Hummingbird
import ModelLibrary
import NIOCore
import PullJobs
import RoostAPI
import RoostCore

/// The routes that change which models are here.
extension OllamaRoutes {
    /// `POST /api/pull`.
    func pull(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let (named, streams) = try await request.readFields(upTo: context.maxUploadSize) { fields in
            _ = try fields.bool("insecure", default: false)
            return (try fields.ollamaModel().reference, try fields.bool("stream", default: true))
        }
        let alias = try await upkeep.store.onDisk { try upkeep.store.catalog.aliases?.alias(named: named) }
        let job = try await upkeep.pulls.submit(NewPull(model: alias?.model ?? named), by: context.caller)
        let pull = OllamaPull(database: upkeep.database, pulls: upkeep.pulls, jobID: job.id)
        guard !streams else { return pull.response(to: request) }
        return try await context.channel.whileClientStays {
            try await pull.follow { _ in }
            return JSON.response(OllamaStatus(status: "success"))
        }
    }

    /// `DELETE /api/delete`: an alias, or the files of a model, which leaves memory first.
    func delete(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let model = try await request.readFields(upTo: context.maxUploadSize) { try $0.ollamaModel().reference }
        AuditNote.about(model)
        if try await aliases.remove(model) != nil { return Response(status: .ok) }
        let entry = try await upkeep.store.onDisk { try upkeep.store.catalog.ownEntry(for: model) }
        await inference.engines.unload(entry.reference)
        _ = try await upkeep.remove(ModelRemoval(ModelSelector(entry.reference, revision: nil)))
        return Response(status: .ok)
    }

    /// `POST /api/copy`: another name for a model.
    func copy(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let (source, name) = try await request.readFields(upTo: context.maxUploadSize) { fields in
            (try fields.ollamaModel("source").reference, try fields.ollamaModel("destination").reference)
        }
        let entry = try await upkeep.store.onDisk { try upkeep.store.catalog.entry(for: source) }
        try await aliases.set(ModelAlias(name: name, model: entry.reference, preset: entry.preset))
        return Response(status: .ok)
    }
}
