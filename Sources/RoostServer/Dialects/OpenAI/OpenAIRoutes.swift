import Engines
import Foundation
import HTTPServing
import HTTPTypes
import Hummingbird
import ModelLibrary
import NIOCore
import RoostCore

/// `POST /v1/chat/completions` and `POST /v1/embeddings`, answered by the model's engine, and `GET /v1/models`.
struct OpenAIRoutes: Sendable {
    /// The most time for an answer, equal to the engine's own limit.
    private static let longest: Duration = .seconds(3600)

    let inference: Inference

    func add(to router: Router<RoostContext>) {
        let group = router.group("v1")
        group.post("chat/completions") { request, context in try await answer(request, context) { try EngineRequest(completions: $0) } }
        group.post("embeddings") { request, context in try await answer(request, context) { try EngineRequest(embeddings: $0) } }
        group.get("models") { _, context in try await models(for: context.caller) }
        group.get("models/:first", use: model)
        group.get("models/:first/:second", use: model)
    }

    private func answer(
        _ request: Request, _ context: RoostContext, _ make: @escaping @Sendable (RequestFields) throws -> EngineRequest
    ) async throws -> Response {
        try await inference.respond(to: request, context, reading: make, of: { $0 }, within: { _ in Self.longest }) { asked, deadline, place in
            let asked = asked.from(context)
            guard asked.streams else {
                return Response(
                    status: .ok, headers: [.contentType: "application/json"],
                    body: ResponseBody(byteBuffer: try await inference.answer(asked))
                ).queued(asked)
            }
            return try await inference.streamingBody(for: asked, to: context.channel, until: deadline, holding: place)
                .response { PassThroughTranslator() }.queued(asked)
        }
    }

    private func models(for caller: Caller) async throws -> Response {
        let entries = try await WorkThreads.run { try inference.catalog.entries() }
        return JSON.response(OpenAIModelList(data: entries.filter { caller.permits($0.reference) }.map(OpenAIModel.init)))
    }

    /// Returns the model with an id, with an encoded slash or not. An invalid id matches no model.
    private func model(_ request: Request, context: RoostContext) async throws -> Response {
        let parts = try [context.parameters.require("first")] + [context.parameters.get("second")].compactMap(\.self)
        let id = parts.map { $0.removingPercentEncoding ?? $0 }.joined(separator: "/")
        guard let reference = try? ModelReference(parsing: id) else {
            throw RoostError(.modelNotFound, "There is no model \(id.quotedForPeople); GET /v1/models lists those that there are.", field: "model")
        }
        let entry = try await WorkThreads.run { try inference.catalog.entry(for: reference) }
        return JSON.response(OpenAIModel(entry))
    }
}

/// A model in OpenAI's form.
private struct OpenAIModel: Encodable {
    let id: String
    let object = "model"
    let created = 0
    let owned_by = "roost"

    init(_ entry: ModelEntry) { id = entry.reference.description }
}

/// The answer to `GET /v1/models` in OpenAI's form.
private struct OpenAIModelList: Encodable {
    let object = "list"
    let data: [OpenAIModel]
}
