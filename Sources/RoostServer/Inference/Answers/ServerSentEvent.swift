import HTTPServing
import NIOCore

/// Roost's server-sent events.
enum ServerSentEvent {
    /// Returns `data: <json>` and an empty line.
    static func buffer(_ value: some Encodable) -> ByteBuffer {
        var buffer = ByteBuffer(string: "data: ")
        buffer.writeImmutableBuffer(JSON.buffer(value))
        buffer.writeString("\n\n")
        return buffer
    }

    /// Returns `event: <name>`, `data: <json>` and an empty line; `name` is one word.
    static func buffer(_ name: String, _ value: some Encodable) -> ByteBuffer {
        var buffer = ByteBuffer(string: "event: \(name)\n")
        buffer.writeImmutableBuffer(Self.buffer(value))
        return buffer
    }

    /// Returns a comment, which readers of events skip.
    ///
    /// - Parameter text: One line.
    /// - Returns: `: text` and an empty line.
    static func comment(_ text: String) -> ByteBuffer { ByteBuffer(string: ": \(text)\n\n") }
}
