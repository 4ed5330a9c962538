import HTTPServing
import NIOCore
import RoostAPI
import RoostCore

/// The stream of `POST /chat`: `data: {"delta":{"content":"…"},"done":false}`, at the end `data: {"delta":{},"done":true,…}`.
struct ChatEventTranslator: StreamTranslator {
    private var reader = ChatReader()

    mutating func translate(_ bytes: ByteBuffer) throws -> ByteBuffer {
        var events = ByteBuffer()
        for piece in try reader.read(bytes) { events.writeImmutableBuffer(ServerSentEvent.buffer(ChatEvent(delta: piece))) }
        return events
    }

    mutating func finish() throws -> ByteBuffer { ServerSentEvent.buffer(ChatEvent(doneReason: try reader.finish())) }

    mutating func fail(_ failure: RoostError) -> ByteBuffer {
        ServerSentEvent.buffer(ChatEvent(error: .init(code: failure.code.rawValue, message: failure.message)))
    }
}

/// Roost's server-sent events.
enum ServerSentEvent {
    /// Returns `data: <json>` and an empty line.
    static func buffer(_ value: some Encodable) -> ByteBuffer {
        var buffer = ByteBuffer(string: "data: ")
        buffer.writeImmutableBuffer(JSON.buffer(value))
        buffer.writeString("\n\n")
        return buffer
    }

    /// Returns a comment, which readers of events skip.
    ///
    /// - Parameter text: One line.
    /// - Returns: `: text` and an empty line.
    static func comment(_ text: String) -> ByteBuffer { ByteBuffer(string: ": \(text)\n\n") }
}
