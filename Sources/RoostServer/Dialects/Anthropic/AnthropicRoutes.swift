import Engines
import HTTPServing
import HTTPTypes
import Hummingbird
import ModelLibrary
import NIOCore
import RoostCore

/// `POST /v1/messages` and `POST /v1/messages/count_tokens`: Anthropic's Messages API.
struct AnthropicRoutes: Sendable {
    /// The most time for an answer, equal to the engine's own limit.
    private static let longest: Duration = .seconds(3600)

    let inference: Inference

    func add(to router: Router<RoostContext>) {
        let group = router.group("v1/messages")
        group.post(use: messages)
        group.post("count_tokens", use: count)
    }

    private func messages(_ request: Request, context: RoostContext) async throws -> Response {
        let id = context.logger.requestID
        let response = try await inference.respond(
            to: request, context, reading: { try MessagesRequest($0) }, of: { $0.engine }, within: { _ in Self.longest }
        ) { asked, deadline, place in
            let request = asked.engine.from(context)
            guard asked.streams else {
                let message = try await inference.message(asked, request, requestID: id, holding: place)
                return Self.json(try message.body()).queued(request)
            }
            let body = try await inference.streamingBody(for: request, to: context.channel, until: deadline, holding: place)
            let head = MessageHead(model: body.stream.entry.reference.description, requestID: id)
            return body.response { MessageTranslator(asked, head) }.queued(request)
        }
        return response.named(id)
    }

    private func count(_ request: Request, context: RoostContext) async throws -> Response {
        try await inference.respond(
            to: request, context, reading: { try MessagesRequest($0, isCount: true) }, of: { $0.engine }, within: { _ in Self.longest }
        ) { asked, _, _ in JSON.response(["input_tokens": try await inference.promptTokens(of: asked.engine.from(context))]) }
        .named(context.logger.requestID)
    }

    private static func json(_ body: ByteBuffer) -> Response {
        Response(status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body))
    }
}
