import Foundation
import HTTPServing
import Hummingbird
import ModelLibrary
import RoostCore
import SystemPackage

/// `GET /v1/models` and `GET /v1/models/{id}`.
struct OpenAIModelRoutes: Sendable {
    let catalog: ModelCatalog

    func add(to router: Router<RoostContext>) {
        let group = router.group("v1")
        group.get("models") { _, context in try await models(for: context.caller) }
        group.get("models/:first", use: model)
        group.get("models/:first/:second", use: model)
    }

    private func models(for caller: Caller) async throws -> Response {
        try await FileThreads.run {
            JSON.response(OpenAIModelList(data: try catalog.entries().filter { caller.permits($0.reference) }.map(OpenAIModel.init)))
        }
    }

    /// Returns the model with an id, with an encoded slash or not. An invalid id matches no model.
    private func model(_ request: Request, context: RoostContext) async throws -> Response {
        let parts = try [context.parameters.require("first")] + [context.parameters.get("second")].compactMap(\.self)
        let id = parts.map { $0.removingPercentEncoding ?? $0 }.joined(separator: "/")
        guard let reference = try? ModelReference(parsing: id) else {
            throw RoostError(.modelNotFound, "There is no model \(id.quotedForPeople); GET /v1/models lists those that there are.", field: "model")
        }
        return JSON.response(
            try await FileThreads.run {
                let entry = try catalog.entry(for: reference)
                try context.caller.require(entry.reference)
                return OpenAIModel(entry)
            })
    }
}

/// A model in OpenAI's form.
private struct OpenAIModel: Encodable {
    let id: String
    let object = "model"
    /// The time in seconds since 1970 at which the last of its files became a part of the snapshot.
    let created: Int
    let owned_by = "roost"

    init(_ entry: ModelEntry) {
        id = entry.reference.description
        // The times of the links in the snapshot, not of the blobs, which may be older.
        let times = (entry.parts + [entry.projector].compactMap(\.self)).compactMap {
            (try? FileManager.default.attributesOfItem(atPath: $0.string))?[.modificationDate] as? Date
        }
        created = Int((times.max() ?? Date(timeIntervalSince1970: 0)).timeIntervalSince1970)
    }
}

/// The answer to `GET /v1/models` in OpenAI's form.
private struct OpenAIModelList: Encodable {
    let object = "list"
    let data: [OpenAIModel]
}
