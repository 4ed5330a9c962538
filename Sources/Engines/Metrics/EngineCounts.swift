package import NIOCore

/// The numbers in an engine's answer: those of the last `timings`, which end it.
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
        let bytes = Self.ending(answer)
        guard let generated = Self.count("\"predicted_n\":", in: bytes), let prompt = Self.count("\"prompt_n\":", in: bytes) else { return nil }
        cached = Self.count("\"cache_n\":", in: bytes) ?? 0
        self.prompt = prompt
        self.generated = generated
        // A step generates one token, and with it those of a draft that the model accepts.
        let steps = generated - 1 - (Self.count("\"draft_n_accepted\":", in: bytes) ?? 0)
        step = steps > 0 ? Self.number("\"predicted_ms\":", in: bytes).map { .milliseconds($0 / Double(steps)) } : nil
    }

    /// Whether a piece of an answer has numbers where they are read.
    static func areIn(_ piece: ByteBuffer) -> Bool { ending(piece).position(of: "\"predicted_n\":") != nil }

    /// Whether an event of a stream ends an answer. Others have numbers too when a request asks for them with each token,
    /// and those are not to be added.
    package static func isEnd(_ event: ByteBuffer) -> Bool {
        event.position(of: "\"finish_reason\":\"") != nil || event.position(of: "\"choices\":[]") != nil
    }

    /// Whether an event of a stream has a piece of an answer, and not only the role that begins it.
    package static func isPiece(_ event: ByteBuffer) -> Bool {
        let texts: [StaticString] = [
            "\"content\":\"", "\"reasoning_content\":\"", "\"tool_calls\":[", "\"text\":\"",
        ]
        return texts.contains { event.position(of: $0) != nil }
    }

    /// Returns the tokens of the texts in an answer with vectors, whose numbers stand at its begin or its end.
    package static func promptTokens(ofVectors answer: ByteBuffer) -> Int? {
        let begin = answer.getSlice(at: answer.readerIndex, length: min(end, answer.readableBytes)) ?? answer
        return count("\"prompt_tokens\":", in: begin) ?? count("\"prompt_tokens\":", in: ending(answer))
    }

    private static func ending(_ answer: ByteBuffer) -> ByteBuffer {
        let length = min(end, answer.readableBytes)
        return answer.getSlice(at: answer.writerIndex - length, length: length) ?? answer
    }

    private static func count(_ name: StaticString, in bytes: ByteBuffer) -> Int? {
        guard let text = text(after: name, in: bytes), text.utf8.count <= 9, text.allSatisfy(\.isNumber) else { return nil }
        return Int(text)
    }

    /// Returns a number from 0 to a day in milliseconds.
    private static func number(_ name: StaticString, in bytes: ByteBuffer) -> Double? {
        text(after: name, in: bytes).flatMap { Double($0) }.flatMap { (0...86_400_000).contains($0) ? $0 : nil }
    }

    private static func text(after name: StaticString, in bytes: ByteBuffer) -> String? {
        // With `timings_per_token`, several events with numbers can arrive together.
        var last: Int?
        while let place = bytes.position(of: name, from: last.map { $0 + 1 } ?? 0) { last = place }
        guard let place = last else { return nil }
        let value = bytes.readableBytesView.dropFirst(place + name.utf8CodeUnitCount).prefix(32)
        return String(decoding: value.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "}") }, as: UTF8.self)
    }
}
