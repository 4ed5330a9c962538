import HTTPServing
import NIOCore
import RoostAPI
import RoostCore

/// The stream of `POST /chat`: `data: {"delta":{"content":"…"},"done":false}`, at the end `data: {"delta":{},"done":true,…}`.
struct ChatEventTranslator: StreamTranslator {
    private var reader = ChatReader()
    private var answer = ChatAnswer()
    /// The turn of a session that ends with the answer.
    private let turn: SessionTurn?

    /// Creates the translator of an answer.
    ///
    /// - Parameter turn: The turn of a session that ends with it.
    init(_ turn: SessionTurn? = nil) { self.turn = turn }

    mutating func translate(_ bytes: ByteBuffer) throws -> ByteBuffer {
        var events = ByteBuffer()
        for piece in try reader.read(bytes) {
            if turn != nil { try answer.add(piece) }
            events.writeImmutableBuffer(Self.event(piece))
        }
        return events
    }

    /// A client that has the last event can rely on the session.
    func settle() async throws {
        guard let turn else { return }
        _ = try reader.finish()
        try await turn.save(answer)
    }

    mutating func finish() throws -> ByteBuffer {
        ServerSentEvent.buffer(ChatEvent(doneReason: try reader.finish().rawValue, figures: reader.figures))
    }

    mutating func fail(_ failure: RoostError) -> ByteBuffer {
        turn?.end()
        return ServerSentEvent.buffer(ChatEvent(error: .init(code: failure.code.rawValue, message: failure.message)))
    }

    /// The event of a piece, a `ChatEvent`.
    private static func event(_ piece: ChatPiece) -> ByteBuffer {
        let delta: JSONObject =
            switch piece {
            case .text(let text): ["content": text]
            case .reasoning(let text): ["reasoning_content": text]
            case .toolCall(let call):
                ["tool_calls": [ToolCall(index: call.index, id: call.id, name: call.name, arguments: call.arguments)]]
            }
        return ServerSentEvent.buffer(["delta": delta, "done": false] as JSONObject)
    }
}
