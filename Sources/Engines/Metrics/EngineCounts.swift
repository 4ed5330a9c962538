package import NIOCore

/// The numbers in an engine's answer: those of `timings`, which end it.
package struct EngineCounts: Sendable, Hashable {
    /// The bytes at the end of an answer in which the numbers stand.
    private static let end = 2048

    /// Tokens of the prompt that were found in a cache.
    package let cached: Int
    /// Tokens of the prompt that were computed and not found in a cache.
    package let prompt: Int
    /// Generated tokens.
    package let generated: Int
    /// The mean duration of the engine's steps that generated the answer; `nil` for an answer of one token, which comes
    /// with the last step of the prompt.
    let step: Duration?

    /// Reads the numbers; `nil` when the bytes do not have them.
    ///
    /// A text of the model cannot imitate them, because quotes in it are escaped.
    ///
    /// - Parameter answer: The end of an answer.
    package init?(_ answer: ByteBuffer) {
        let bytes = answer.readableBytesView.suffix(Self.end)
        guard let generated = Self.count("predicted_n", in: bytes), let prompt = Self.count("prompt_n", in: bytes) else { return nil }
        cached = Self.count("cache_n", in: bytes) ?? 0
        self.prompt = prompt
        self.generated = generated
        // A step generates one token, and with it those of a draft that the model accepts.
        let steps = generated - 1 - (Self.count("draft_n_accepted", in: bytes) ?? 0)
        step = steps > 0 ? Self.number("predicted_ms", in: bytes).map { .milliseconds($0 / Double(steps)) } : nil
    }

    /// Whether an event of a stream ends an answer. Others have numbers too when a request asks for them with each token,
    /// and those are not to be added.
    package static func isEnd(_ event: ByteBuffer) -> Bool {
        has("\"finish_reason\":\"", event) || has("\"choices\":[]", event)
    }

    /// Whether an event of a stream has a piece of an answer, and not only the role that begins it.
    package static func isPiece(_ event: ByteBuffer) -> Bool {
        has("\"content\":\"", event) || has("\"reasoning_content\":\"", event) || has("\"tool_calls\":[", event) || has("\"text\":\"", event)
    }

    /// Returns the tokens of the texts in an answer with vectors, whose numbers stand at its begin.
    package static func promptTokens(ofVectors answer: ByteBuffer) -> Int? {
        count("prompt_tokens", in: answer.readableBytesView.prefix(end)) ?? count("prompt_tokens", in: answer.readableBytesView.suffix(end))
    }

    private static func has(_ text: StaticString, _ event: ByteBuffer) -> Bool {
        text.withUTF8Buffer { event.readableBytesView.firstRange(of: $0) != nil }
    }

    private static func count(_ name: String, in bytes: ByteBufferView.SubSequence) -> Int? {
        let text = text(of: name, in: bytes)
        return text.count <= 9 && text.allSatisfy(\.isNumber) ? Int(text) : nil
    }

    /// Returns a number from 0 to a day in milliseconds.
    private static func number(_ name: String, in bytes: ByteBufferView.SubSequence) -> Double? {
        Double(text(of: name, in: bytes)).flatMap { (0...86_400_000).contains($0) ? $0 : nil }
    }

    private static func text(of name: String, in bytes: ByteBufferView.SubSequence) -> String {
        guard let start = bytes.firstRange(of: Array("\"\(name)\":".utf8))?.upperBound else { return "" }
        return String(decoding: bytes[start...].prefix(32).prefix { !",}".utf8.contains($0) }, as: UTF8.self)
    }
}
