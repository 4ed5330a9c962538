import Engines
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import RoostCore

/// `POST /chat`: a conversation with a model that is on this machine. It never downloads.
struct ChatRoutes: Sendable {
    let catalog: ModelCatalog
    let engines: EngineSupervisor

    func add(to router: Router<RoostContext>) { router.post("chat", use: chat) }

    private func chat(_ request: Request, context: RoostContext) async throws -> Response {
        let arrival = ContinuousClock.now
        var request = request
        let chat = try await request.readFields(upTo: context.maxUploadSize) { try ChatRequest(fields: $0) }
        let entry = try catalog.entry(for: try ModelReference(parsing: chat.model))
        let deadline = arrival + .seconds(chat.timeout)
        return chat.stream
            ? try await stream(chat, entry, request, deadline: deadline)
            : try await answer(chat, entry, request, arrival: arrival, deadline: deadline)
    }

    private func stream(_ chat: ChatRequest, _ entry: ModelEntry, _ request: Request, deadline: ContinuousClock.Instant) async throws -> Response {
        _ = try await withDeadline(deadline, drain: .zero) { try await engines.load(entry) }
        let stream = EngineStream(engines: engines, entry: entry, path: "/v1/chat/completions", body: chat.engineBody)
        if let head = try await stream.earlyHead(within: .milliseconds(500)), head.status != 200 {
            var reader = ChatReader()
            for try await part in stream.parts { _ = try reader.read(part) }
            _ = try reader.finish()
        }
        let body = StreamingBody(stream: stream, request: request, deadline: deadline).response { ChatEventTranslator() }
        return Response(status: .ok, headers: StreamingBody.headers, body: body)
    }

    private func answer(
        _ chat: ChatRequest, _ entry: ModelEntry, _ request: Request, arrival: ContinuousClock.Instant, deadline: ContinuousClock.Instant
    ) async throws -> Response {
        try await request.body.consumeWithCancellationOnInboundClose { _ in
            try await withDeadline(deadline, drain: StreamingBody.drain) {
                let loadBegin = ContinuousClock.now
                _ = try await engines.load(entry)
                let loadDuration = ContinuousClock.now - loadBegin
                let stream = EngineStream(engines: engines, entry: entry, path: "/v1/chat/completions", body: chat.engineBody)
                var reader = ChatReader()
                var text = ""
                for try await part in stream.parts { text += try reader.read(part).joined() }
                try Task.checkCancellation()
                let reason = try reader.finish()
                return JSON.response(
                    ChatResponse(
                        model: entry.reference.description, createdAt: Timestamp(Date()), message: ChatMessage(role: .assistant, content: text),
                        doneReason: reason, figures: reader.figures, totalDuration: (ContinuousClock.now - arrival).nanoseconds,
                        loadDuration: loadDuration.nanoseconds))
            }
        }
    }
}

extension ChatRequest {
    /// The same request for the engine. It always streams, so that a client that leaves stops the work at the next token.
    fileprivate var engineBody: ByteBuffer {
        JSON.buffer(EngineChatBody(messages: messages, max_tokens: maxTokens, temperature: temperature, stream: true))
    }
}

/// The body that `llama-server` reads; the names are OpenAI's.
private struct EngineChatBody: Encodable {
    let messages: [ChatMessage]
    let max_tokens: Int
    let temperature: Double
    let stream: Bool
}

extension Duration {
    /// Whole nanoseconds; durations here are far below the 292 years that fit.
    var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
