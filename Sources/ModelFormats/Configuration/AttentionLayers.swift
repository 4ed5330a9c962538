import RoostCore

/// Which layers look back over a window of tokens only, and which over all: `layer_types` of `config.json`, and the older keys that say the same.
enum AttentionLayers {
    private static let sliding = "sliding_attention"

    /// The kinds of the layers, if the configuration names them.
    private static func kinds(_ config: ModelConfig) -> [ConfigValue]? { config["layer_types"]?.elements }

    /// Throws for kinds of layers that none of our architectures has.
    static func checkKinds(_ config: ModelConfig) throws {
        guard let other = kinds(config)?.first(where: { ![sliding, "full_attention"].contains($0.string) }) else { return }
        throw config.computedOtherwise(
            "layer_types", "knows no \(other.plainText) among the layers of \(config.className)")
    }

    /// Qwen's window, which the first layers may not have.
    ///
    /// - Parameters:
    ///   - config: With the class's defaults.
    ///   - isForAll: Whether no layer is without it, whatever `max_window_layers` says.
    /// - Returns: Tokens; `nil` when it is off.
    /// - Throws: `RoostError` when a key is something else than it should be.
    static func qwenWindow(_ config: ModelConfig, isForAll: Bool = false) throws -> Int? {
        guard try config.flag("use_sliding_window", or: false), let window = try config.countIfPresent("sliding_window") else { return nil }
        if isForAll { return window }
        if let kinds = kinds(config) { return kinds.contains(.string(sliding)) ? window : nil }
        guard case .integer(let first)? = config["max_window_layers"] else { return window }
        return try first < config.count("num_hidden_layers") ? window : nil
    }

    /// The key that says which of Gemma's layers have the window, where they are not those that llama.cpp takes by itself.
    ///
    /// - Parameters:
    ///   - config: With the class's defaults.
    ///   - period: Of so many layers the last looks back over all: what llama.cpp takes by itself.
    /// - Returns: A period, or yes and no for each layer; `nil` for what llama.cpp takes by itself.
    /// - Throws: `RoostError` when there are more or fewer kinds than layers.
    static func gemmaPattern(_ config: ModelConfig, period: Int) throws -> GGUFValue? {
        let count = try config.count("num_hidden_layers")
        let own = try config.countIfPresent("sliding_window_pattern", "_sliding_window_pattern") ?? period
        func layers(_ period: Int) -> [Bool] { (0..<count).map { ($0 + 1) % period != 0 } }
        guard let kinds = kinds(config) else { return own == period ? nil : .uint32(UInt32(clamping: own)) }
        guard kinds.count == count else {
            throw RoostError(
                .unsupportedModel,
                "\"config.json\" has \(kinds.count) entries in \"layer_types\" and \(count) layers (\"num_hidden_layers\"), which contradict each other."
            )
        }
        let flags = kinds.map { $0 == .string(sliding) }
        return flags == layers(period) ? nil : .array(.bool(flags))
    }
}
