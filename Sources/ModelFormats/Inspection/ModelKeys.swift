/// The key-values of a model with the prefix of its architecture.
struct ModelKeys {
    /// llama.cpp's name of the architecture.
    let architecture: String
    private let metadata: GGUFMetadata

    init?(_ metadata: GGUFMetadata) {
        guard let architecture = metadata.string("general.architecture") else { return nil }
        self.architecture = architecture
        self.metadata = metadata
    }

    func has(_ key: String) -> Bool { metadata["\(architecture).\(key)"] != nil }

    func count(_ key: String) -> Int? { metadata.count("\(architecture).\(key)") }

    /// Returns a number of each layer: one number for all of them, or an array.
    ///
    /// - Returns: `nil` if there is no such key, or the array is too short.
    func counts(_ key: String, _ layers: Int) -> [Int]? {
        if let same = count(key) { return Array(repeating: same, count: layers) }
        guard case .array(let array)? = metadata["\(architecture).\(key)"] else { return nil }
        let values = array.counts.prefix(layers)
        return values.count == layers ? Array(values) : nil
    }

    /// The number of tokens in the vocabulary.
    var vocabulary: Int {
        if case .array(let tokens)? = metadata["tokenizer.ggml.tokens"] { return tokens.count }
        return min(count("vocab_size") ?? 0, 1 << 22)
    }

    /// The numbers of one token that a layer computes at the same time: three rows of the feed-forward network, four of
    /// the model's width, and queries and results of the attention.
    func activations(width: Int, attention: Int, _ layers: Int) -> Int {
        let most = 1 << 20
        let dense = min(counts("feed_forward_length", layers)?.max() ?? 4 * width, most)
        let experts = min(count("expert_used_count") ?? 0, 1 << 10) * min(count("expert_feed_forward_length") ?? 0, most)
        return 3 * max(dense, experts) + 4 * width + 2 * attention
    }
}

extension ModelKeys {
    /// Which layers keep only the last tokens, where the file does not say it: one of so many layers keeps all tokens,
    /// the last or the first of them. As in llama.cpp's `load_swa_pattern`.
    private static let patterns: [String: (every: Int, isFirst: Bool)] = [
        "afmoe": (4, false), "cohere2": (4, false), "cohere2moe": (4, true), "exaone4": (4, false), "exaone-moe": (4, false),
        "gemma-embedding": (6, false), "gemma2": (2, false), "gemma3": (6, false), "gemma3n": (5, false), "gpt-oss": (2, false),
        "laguna": (4, true), "mellum": (4, false), "modern-bert": (3, true), "olmo2": (4, false), "plamo3": (8, false), "smallthinker": (4, true),
    ]

    /// The layers that keep only the last tokens, and the number of those.
    func windows(_ layers: Int) -> (length: Int, layers: Set<Int>) {
        guard let length = count("attention.sliding_window"), length > 0, length < 1 << 22 else { return (0, []) }
        let key = "attention.sliding_window_pattern"
        if count(key) == nil, let flags = counts(key, layers) { return (length, Set(flags.indices.filter { flags[$0] != 0 })) }
        guard let known = Self.patterns[architecture] ?? (has(key) ? (0, false) : nil) else { return (0, []) }
        let every = count(key) ?? known.every
        guard every > 0 else { return (length, Set(0..<layers)) }
        return (length, Set((0..<layers).filter { known.isFirst ? $0 % every != 0 : $0 % every < every - 1 }))
    }
}

extension GGUFArray {
    /// The elements as numbers, false as 0 and true as 1; negative and too large ones, and those of other types, are
    /// left out.
    fileprivate var counts: [Int] {
        switch self {
        case .uint8(let values): values.map { Int($0) }
        case .int8(let values): values.compactMap { $0 < 0 ? nil : Int($0) }
        case .uint16(let values): values.map { Int($0) }
        case .int16(let values): values.compactMap { $0 < 0 ? nil : Int($0) }
        case .uint32(let values): values.map { Int($0) }
        case .int32(let values): values.compactMap { $0 < 0 ? nil : Int($0) }
        case .uint64(let values): values.compactMap { Int(exactly: $0) }
        case .int64(let values): values.compactMap { $0 < 0 ? nil : Int(exactly: $0) }
        case .bool(let values): values.map { $0 ? 1 : 0 }
        case .string, .float32, .float64: []
        }
    }
}
