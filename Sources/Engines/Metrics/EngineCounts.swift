import NIOCore

/// The numbers of tokens in an engine's answer: `cache_n`, `prompt_n` and `predicted_n` of `timings`, which end it.
struct EngineCounts: Sendable, Hashable {
    /// The bytes at the end of an answer in which the numbers stand.
    private static let end = 2048

    /// Tokens of the prompt that were found in a cache.
    let cached: Int
    /// Tokens of the prompt that were computed and not found in a cache.
    let prompt: Int
    /// Generated tokens.
    let generated: Int

    /// Reads the numbers; `nil` when the bytes do not have them.
    ///
    /// A text of the model cannot imitate them, because quotes in it are escaped.
    ///
    /// - Parameter answer: The end of an answer.
    init?(_ answer: ByteBuffer) {
        let bytes = answer.readableBytesView.suffix(Self.end)
        guard let generated = Self.number("\"predicted_n\":", in: bytes), let prompt = Self.number("\"prompt_n\":", in: bytes) else { return nil }
        cached = Self.number("\"cache_n\":", in: bytes) ?? 0
        self.prompt = prompt
        self.generated = generated
    }

    private static func number(_ name: String, in bytes: ByteBufferView.SubSequence) -> Int? {
        guard let start = bytes.firstRange(of: Array(name.utf8))?.upperBound else { return nil }
        let digits = bytes[start...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard (1...9).contains(digits.count) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}
