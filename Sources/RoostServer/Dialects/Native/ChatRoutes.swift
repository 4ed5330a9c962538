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
        return try await inference.respond(
            to: request, context,
            reading: { fields in
                let chat = try ChatRequest(fields: fields)
                return (chat, try EngineRequest(chat, options: EngineRequest.Options(fields)))
            }, of: { $0.1 }, within: { .seconds($0.0.timeout) }
        ) { asked, deadline, place in
            let (isStream, request) = (asked.0.stream, asked.1.from(context))
            guard !isStream else {
                return try await inference.streamingBody(for: request, to: context.channel, until: deadline, holding: place)
                    .response { ChatEventTranslator() }.queued(request)
            }
            return JSON.response(answer(try await inference.chat(request), arrival: arrival)).queued(request)
        }
    }

    private func answer(_ chat: CompleteChat, arrival: ContinuousClock.Instant) -> ChatResponse {
        let reasoning = chat.answer.reasoning
        return ChatResponse(
            model: chat.model, createdAt: Timestamp(Date()),
            message: ChatMessage(role: .assistant, content: chat.answer.text, reasoningContent: reasoning.isEmpty ? nil : reasoning),
            doneReason: chat.end.rawValue, figures: chat.figures, totalDuration: (ContinuousClock.now - arrival).nanoseconds,
            loadDuration: chat.loadDuration.nanoseconds)
    }
}
