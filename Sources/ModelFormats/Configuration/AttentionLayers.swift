import RoostCore

/// The layers with a sliding attention window and those with full attention, from `layer_types` of `config.json` or the
/// older keys.
enum AttentionLayers {
    private static let sliding = "sliding_attention"

    /// The kinds of the layers, if the configuration contains them.
    private static func kinds(_ config: ModelConfig) -> [ConfigValue]? { config["layer_types"]?.elements }

    /// Throws for kinds of layers that no supported architecture has.
    static func checkKinds(_ config: ModelConfig) throws {
        guard let other = kinds(config)?.first(where: { ![sliding, "full_attention"].contains($0.string) }) else { return }
        throw config.computedOtherwise(
            "layer_types", "does not support layers of type \(other.plainText) in \(config.className)")
    }

    /// Returns the window of Qwen's models, which the first layers may not have.
    ///
    /// - Parameters:
    ///   - config: The configuration with the class's defaults.
    ///   - isForAll: Whether all layers have the window, regardless of `max_window_layers`.
    /// - Returns: The window in tokens; `nil` if it is off.
    /// - Throws: `RoostError` if a value has the wrong type.
    static func qwenWindow(_ config: ModelConfig, isForAll: Bool = false) throws -> Int? {
        guard try config.flag("use_sliding_window", or: false), let window = try config.countIfPresent("sliding_window") else { return nil }
        if isForAll { return window }
        if let kinds = kinds(config) { return kinds.contains(.string(sliding)) ? window : nil }
        guard case .integer(let first)? = config["max_window_layers"] else { return window }
        return try first < config.count("num_hidden_layers") ? window : nil
    }

    /// Returns the value of the key for Gemma's layers with the window, if they differ from llama.cpp's default.
    ///
    /// - Parameters:
    ///   - config: The configuration with the class's defaults.
    ///   - period: llama.cpp's default: the last of this number of layers has full attention.
    /// - Returns: A period, or a Boolean value for each layer; `nil` for llama.cpp's default.
    /// - Throws: `RoostError` if the number of kinds differs from the number of layers.
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
