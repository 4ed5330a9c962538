import HTTPServing
import NIOCore
import RoostAPI
import RoostCore

/// The stream of `POST /chat`: `data: {"delta":{"content":"…"},"done":false}`, at the end `data: {"delta":{},"done":true,…}`.
struct ChatEventTranslator: StreamTranslator {
    private var reader = ChatReader()

    mutating func translate(_ bytes: ByteBuffer) throws -> ByteBuffer {
        var events = ByteBuffer()
        for case let piece? in try reader.read(bytes).map(ChatEvent.Delta.init) {
            events.writeImmutableBuffer(ServerSentEvent.buffer(ChatEvent(delta: piece)))
        }
        return events
    }

    mutating func finish() throws -> ByteBuffer { ServerSentEvent.buffer(ChatEvent(doneReason: try reader.finish().rawValue)) }

    mutating func fail(_ failure: RoostError) -> ByteBuffer {
        ServerSentEvent.buffer(ChatEvent(error: .init(code: failure.code.rawValue, message: failure.message)))
    }
}

extension ChatEvent.Delta {
    /// Creates the form of a piece; `nil` for tool calls, which `/chat` does not offer.
    fileprivate init?(_ piece: ChatPiece) {
        switch piece {
        case .text(let text): self.init(content: text)
        case .reasoning(let text): self.init(reasoningContent: text)
        case .toolCall: return nil
        }
    }
}
