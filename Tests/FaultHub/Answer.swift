public import NIOCore

/// A response as bytes on a connection: what an honest hub says, or what a fault makes of it.
public struct Answer: Sendable {
    /// The status.
    public var status: Int
    /// All headers but those that frame the body.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: ByteBuffer

    /// Makes an answer.
    ///
    /// - Parameters:
    ///   - status: The status.
    ///   - headers: All headers but those that frame the body.
    ///   - body: The body.
    public init(_ status: Int, _ headers: [(name: String, value: String)] = [], _ body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A page for people.
    static func page(_ status: Int, _ words: String) -> Answer {
        Answer(status, [("Content-Type", "text/html")], ByteBuffer(string: "<!doctype html><title>\(words)</title><h1>\(words)</h1>\n"))
    }

    /// A redirect.
    static func redirect(to location: String) -> Answer { Answer(302, [("Location", location)]) }

    /// The same with another value of a header; `nil` for none.
    func with(_ name: String, _ value: String?) -> Answer {
        var copy = self
        copy.headers.removeAll { $0.name.lowercased() == name.lowercased() }
        if let value { copy.headers.append((name, value)) }
        return copy
    }

    /// The same with another body.
    func with(body: ByteBuffer) -> Answer { Answer(status, headers, body) }

    /// The status line and the headers. `length` is what `Content-Length` claims; `nil` for a body in chunks.
    func head(length: Int?) -> ByteBuffer {
        var text = "HTTP/1.1 \(status) Answer\r\n" + headers.map { "\($0.name): \($0.value)\r\n" }.joined()
        text += length.map { "Content-Length: \($0)\r\n\r\n" } ?? "Transfer-Encoding: chunked\r\n\r\n"
        return ByteBuffer(string: text)
    }

    /// Says it all and keeps the connection.
    var whole: [Step] { [.send(head(length: body.readableBytes)), .send(body)] }

    /// Says it up to a part of the body, in chunks without the last one if that is wanted; what comes then is for the caller to add.
    func cut(at fraction: Double, isChunked: Bool = false) -> [Step] {
        let part = body.getSlice(at: body.readerIndex, length: Int(Double(body.readableBytes) * fraction)) ?? ByteBuffer()
        guard isChunked else { return [.send(head(length: body.readableBytes)), .send(part)] }
        guard part.readableBytes > 0 else { return [.send(head(length: nil))] }
        return [
            .send(head(length: nil)), .send(ByteBuffer(string: String(part.readableBytes, radix: 16) + "\r\n")), .send(part),
            .send(ByteBuffer(string: "\r\n")),
        ]
    }
}

/// What happens on a connection, one thing after the other. After the last step it waits for the next request.
public enum Step: Sendable {
    /// These bytes go out.
    case send(ByteBuffer)
    /// These bytes go out a few at a time.
    case drip(ByteBuffer, bytes: Int, every: Duration)
    /// These bytes go out again and again, until the other side has enough.
    case sendForEver(ByteBuffer)
    /// Nothing happens for a while.
    case pause(Duration)
    /// Nothing happens any more.
    case hang
    /// The connection ends in order (FIN).
    case close
    /// The connection breaks (RST).
    case reset
}
