/// The options of an engine that a calibration chooses. An option without a value has Roost's default, which is
/// llama-server's own but for the number of tokens per step and of slots.
package struct EngineTuning: Sendable, Hashable, Codable {
    /// The number of threads.
    package var threads: Int?
    /// The number of prompt tokens per step; a power of two.
    package var promptStep: Int?
    /// Whether attention is computed in one pass (flash attention); `nil` to let the engine choose.
    package var flashAttention: Bool?
    /// The number of requests that the engine processes in parallel; a power of two.
    package var slots: Int?
    /// How the engine guesses the next tokens from the text so far.
    package var speculation: Speculation?
    /// The type of the numbers of the context; `nil` for sixteen bits.
    package var cacheType: CacheType?

    /// A way to guess tokens without another model. The engine checks guesses, so they change the speed only.
    package enum Speculation: String, Sendable, Hashable, Codable, CaseIterable {
        /// What followed the last occurrence of the last words.
        case simple = "ngram-simple"
        /// What followed them most recently in any text.
        case hashed = "ngram-mod"
    }

    /// A type of the keys and values with fewer bits. It changes answers.
    package enum CacheType: String, Sendable, Hashable, Codable, CaseIterable {
        /// Eight bits and a scale for each 32 numbers.
        case q8 = "q8_0"
    }

    /// The numbers of slots that a calibration may choose.
    static let allowedSlots = 1...8
    private static let allowedThreads = 1...1024

    /// Creates a value that changes nothing.
    package init() {}

    /// Whether all values are within their limits. A file can have any.
    var isValid: Bool {
        (threads.map(Self.allowedThreads.contains) ?? true) && Self.isPower(slots, within: Self.allowedSlots)
            && Self.isPower(promptStep, within: PromptStep.allowed) && (cacheType == nil || flashAttention != false)
    }

    private static func isPower(_ number: Int?, within range: ClosedRange<Int>) -> Bool {
        guard let number else { return true }
        return range.contains(number) && number.nonzeroBitCount == 1
    }

    /// The arguments for llama-server, without the threads, the slots and the tokens per step, which others decide too.
    ///
    /// - Parameter hasDraft: Whether a draft model guesses tokens, so that nothing else does.
    /// - Returns: The arguments.
    func arguments(hasDraft: Bool) -> [String] {
        var arguments: [String] = []
        if let flashAttention { arguments += ["--flash-attn", flashAttention ? "on" : "off"] }
        if let speculation, !hasDraft { arguments += ["--spec-type", speculation.rawValue] }
        if let cacheType { arguments += ["--cache-type-k", cacheType.rawValue, "--cache-type-v", cacheType.rawValue] }
        return arguments
    }
}
