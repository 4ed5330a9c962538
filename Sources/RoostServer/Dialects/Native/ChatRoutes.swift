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
    let sessions: SessionStore

    func add(to router: Router<RoostContext>) { router.post("chat", use: chat) }

    private func chat(_ request: Request, context: RoostContext) async throws -> Response {
        let arrival = ContinuousClock.now
        return try await inference.respond(
            to: request, context, reading: { try NativeChat($0) }, of: { $0.engine }, within: { $0.timeout }
        ) { asked, deadline, place in
            let (request, turn, place) = try await begin(asked, context, holding: place)
            guard !asked.streams else {
                return try await inference.streamingBody(for: request, to: context.channel, until: deadline, holding: place)
                    .response { ChatEventTranslator(turn) }.queued(request)
            }
            let chat = try await inference.chat(request, holding: place)
            try await turn?.save(chat.answer)
            return JSON.response(answer(chat, arrival: arrival)).queued(request)
        }
    }

    /// Returns the request of a client, in a session after its earlier messages, and its part of the budget of bodies.
    private func begin(
        _ asked: NativeChat, _ context: RoostContext, holding place: BodyBudget.Place?
    ) async throws -> (EngineRequest, SessionTurn?, BodyBudget.Place?) {
        let request = asked.engine.from(context)
        guard let session = asked.session else { return (request, nil, place) }
        let new = try await WorkThreads.run { try request.messages }
        let turn = try await sessions.begin(SessionStore.Name(client: context.owner, id: session.id), new)
        // The turn keeps all of the session, also when the request has less of it.
        let whole = try inference.bodies.place(for: turn.storedBytes + request.body.readableBytes, of: context.client, insteadOf: place)
        guard let history = turn.history(atMost: session.mostHistory) else { return (request, turn, whole) }
        return (try await WorkThreads.run { try request.after(history) }, turn, whole)
    }

    private func answer(_ chat: CompleteChat, arrival: ContinuousClock.Instant) -> ChatResponse {
        ChatResponse(
            model: chat.model, createdAt: Timestamp(Date()), message: ChatMessage(chat.answer), doneReason: chat.end.rawValue,
            figures: chat.figures, totalDuration: (ContinuousClock.now - arrival).nanoseconds, loadDuration: chat.loadDuration.nanoseconds)
    }
}
