import Engines
import Foundation
import HTTPServing
import Hummingbird
import ModelLibrary
import NIOCore
import RoostAPI
import RoostCore

/// `POST /chat`: a conversation with a model on this machine. It never downloads a model.
struct ChatRoutes: Sendable {
    let inference: Inference

    func add(to router: Router<RoostContext>) { router.post("chat", use: chat) }

    private func chat(_ request: Request, context: RoostContext) async throws -> Response {
        let arrival = ContinuousClock.now
        var request = request
        let ((chat, asked), place) = try await inference.read(&request) { fields in
            let chat = try ChatRequest(fields: fields)
            return (chat, try EngineRequest(chat))
        }
        defer { withExtendedLifetime(place) {} }
        let deadline = arrival + .seconds(chat.timeout)
        let channel = context.channel
        return try await channel.whileClientStays {
            try await withDeadline(deadline, drain: StreamingBody.drain) {
                let loadBegin = ContinuousClock.now
                let entry = try await inference.load(asked)
                let loadDuration = ContinuousClock.now - loadBegin
                guard chat.stream else { return JSON.response(try await answer(asked, entry, arrival: arrival, loadDuration: loadDuration)) }
                let stream = try await inference.stream(asked, entry)
                return StreamingBody(stream: stream, channel: channel, deadline: deadline).response { ChatEventTranslator() }
            }
        }
    }

    private func answer(
        _ asked: EngineRequest, _ entry: ModelEntry, arrival: ContinuousClock.Instant, loadDuration: Duration
    ) async throws -> ChatResponse {
        let stream = try await inference.stream(asked, entry)
        var reader = ChatReader()
        var text = ""
        for try await part in stream.parts {
            text += try reader.read(part).joined()
            stream.consumed()
        }
        try Task.checkCancellation()
        let reason = try reader.finish()
        return ChatResponse(
            model: entry.reference.description, createdAt: Timestamp(Date()), message: ChatMessage(role: .assistant, content: text),
            doneReason: reason, figures: reader.figures, totalDuration: (ContinuousClock.now - arrival).nanoseconds,
            loadDuration: loadDuration.nanoseconds)
    }
}

extension Duration {
    /// The number of nanoseconds; durations here are far below the maximum of 292 years.
    var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
