import Foundation
import HTTPServing
import HTTPTypes
import Hummingbird
import ModelLibrary
import RoostCore
import SystemPackage

/// Answers `GET /v1/models` and `GET /v1/models/{id}` in Anthropic's form to clients of that API, which name its version in
/// each request. Other clients get OpenAI's form, from the routes.
struct AnthropicModels: RouterMiddleware {
    private static let path = "/v1/models"

    let catalog: ModelCatalog

    /// Whether a request asks for models in Anthropic's form.
    static func isAsked(_ request: Request) -> Bool {
        request.headers[.anthropicVersion] != nil && (request.routePath == path || request.routePath.hasPrefix(path + "/"))
    }

    @concurrent func handle(
        _ request: Request, context: RoostContext, next: @concurrent (Request, RoostContext) async throws -> Response
    ) async throws -> Response {
        guard request.method == .get || request.method == .head, Self.isAsked(request) else { return try await next(request, context) }
        let id = request.routePath.dropFirst(Self.path.count + 1)
        let response = id.isEmpty ? try await list(context.caller) : try await model(id.removingPercentEncoding ?? String(id), context.caller)
        return response.named(context.logger.requestID)
    }

    private func list(_ caller: Caller) async throws -> Response {
        try await FileThreads.run {
            let models = try catalog.entries().filter { caller.permits($0.reference) }.map(Model.init)
            return JSON.response(
                [
                    "data": models, "has_more": false, "first_id": ExplicitNull(wrappedValue: models.first?.id),
                    "last_id": ExplicitNull(wrappedValue: models.last?.id),
                ] as JSONObject)
        }
    }

    private func model(_ id: String, _ caller: Caller) async throws -> Response {
        guard let reference = try? ModelReference(parsing: id) else {
            throw RoostError(.modelNotFound, "There is no model \(id.quotedForPeople); GET /v1/models lists those that there are.", field: "model")
        }
        return JSON.response(
            try await FileThreads.run {
                let entry = try catalog.entry(for: reference)
                try caller.require(entry.reference)
                return Model(entry)
            })
    }

    /// A model in Anthropic's form.
    private struct Model: Encodable {
        let type = "model"
        let id: String
        let display_name: String
        let created_at: Timestamp
        let lifecycle = "active"

        init(_ entry: ModelEntry) {
            id = entry.reference.description
            display_name = id
            // The file of a snapshot is a link to it. Without a time, the API wants its begin.
            let file = URL(fileURLWithPath: entry.modelFile.string).resolvingSymlinksInPath()
            let date = try? file.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate
            created_at = Timestamp(date ?? Date(timeIntervalSince1970: 0))
        }
    }
}

extension HTTPField.Name {
    fileprivate static let anthropicVersion = Self("anthropic-version") ?? .server
}
