import HTTPServing
import NIOCore

/// The blocks of a streamed message: which one is open, and the events that begin, continue and end them.
struct MessageBlocks {
    private enum Block: Equatable {
        case thinking, text
        /// The number of a call.
        case tool(Int)
    }

    /// Returned with thoughts; clients send it back with them, and nothing is checked with it.
    static let signature = "roost"

    private let thinking: MessageThinking.Shown
    private var open: Block?
    private var index = -1

    /// Creates a message without blocks.
    ///
    /// - Parameter thinking: What the client gets of the thoughts.
    init(thinking: MessageThinking.Shown) { self.thinking = thinking }

    /// Adds a piece of the answer.
    ///
    /// - Returns: Its events.
    mutating func add(_ piece: ChatPiece) -> ByteBuffer {
        switch piece {
        case .reasoning(let text):
            guard thinking != .nothing else { return ByteBuffer() }
            var events = begin(.thinking, ["type": "thinking", "thinking": "", "signature": ""])
            if thinking == .text { events.writeImmutableBuffer(delta(["type": "thinking_delta", "thinking": text])) }
            return events
        case .text(let text):
            var events = begin(.text, ["type": "text", "text": ""])
            events.writeImmutableBuffer(delta(["type": "text_delta", "text": text]))
            return events
        case .toolCall(let call):
            var events = begin(.tool(call.index), ["type": "tool_use", "id": call.id ?? "", "name": call.name ?? "", "input": [:] as JSONObject])
            if !call.arguments.isEmpty {
                events.writeImmutableBuffer(delta(["type": "input_json_delta", "partial_json": call.arguments]))
            }
            return events
        }
    }

    /// Ends the open block.
    ///
    /// - Returns: Its events.
    mutating func end() -> ByteBuffer {
        guard let open else { return ByteBuffer() }
        self.open = nil
        var events = open == .thinking ? delta(["type": "signature_delta", "signature": Self.signature]) : ByteBuffer()
        events.writeImmutableBuffer(ServerSentEvent.buffer("content_block_stop", ["type": "content_block_stop", "index": index] as JSONObject))
        return events
    }

    private mutating func begin(_ block: Block, _ content: JSONObject) -> ByteBuffer {
        guard open != block else { return ByteBuffer() }
        var events = end()
        open = block
        index += 1
        events.writeImmutableBuffer(
            ServerSentEvent.buffer(
                "content_block_start", ["type": "content_block_start", "index": index, "content_block": content] as JSONObject))
        return events
    }

    private func delta(_ delta: JSONObject) -> ByteBuffer {
        ServerSentEvent.buffer("content_block_delta", ["type": "content_block_delta", "index": index, "delta": delta] as JSONObject)
    }
}
