import RoostCore

/// How a model turns positions into rotations (RoPE), in both spellings: the root's `rope_theta` and `rope_scaling`, or transformers 5's
/// `rope_parameters`.
struct RotaryConfig {
    /// `linear`, `llama3`, `yarn`, `longrope`, …; `nil` for none.
    let kind: String?
    /// What the kind needs.
    let parameters: [String: ConfigValue]
    /// Base frequency.
    let base: Float?
    /// Base frequency of layers with a sliding window, where it is another one.
    let slidingBase: Float?
    /// Whether layers with a sliding window are scaled by themselves.
    let isSlidingScaled: Bool

    /// - Throws: `RoostError` when a base is no number.
    init(_ config: ModelConfig) throws {
        let all = (config["rope_parameters"] ?? config["rope_scaling"])?.members ?? [:]
        parameters = all["full_attention"]?.members ?? all
        let name = (parameters["rope_type"] ?? parameters["type"])?.string?.lowercased()
        kind = name == "default" ? nil : name
        base = try parameters["rope_theta"]?.number.map { Float($0) } ?? config.numberIfPresent("rope_theta")
        let sliding = all["sliding_attention"]?.members ?? [:]
        slidingBase = try sliding["rope_theta"]?.number.map { Float($0) } ?? config.numberIfPresent("rope_local_base_freq")
        isSlidingScaled = !["default", nil].contains((sliding["rope_type"] ?? sliding["type"])?.string)
    }

    /// A number that the kind needs.
    func number(_ key: String) -> Double? { parameters[key]?.number }

    /// Key-values of the scaling, as llama.cpp's converter writes them for every architecture that does nothing special.
    ///
    /// - Parameter prefix: The architecture's name.
    /// - Returns: The keys, none when nothing is scaled.
    /// - Throws: `RoostError` for a kind that llama.cpp does not know.
    func scalingKeyValues(_ prefix: String) throws -> [GGUFKeyValue] {
        func pair(_ key: String, _ value: GGUFValue) -> GGUFKeyValue { GGUFKeyValue("\(prefix).rope.scaling.\(key)", value) }
        switch kind {
        case nil, "dynamic", "llama3": return []
        case "longrope", "su": return [pair("type", .string("longrope"))]
        case "linear": return try [pair("type", .string("linear")), pair("factor", .float32(required("factor")))]
        case "yarn":
            guard let context = number("original_max_position_embeddings"), let count = UInt32(exactly: context) else {
                throw RoostError(.invalidModelFile, "\"config.json\" scales RoPE by yarn and lacks \"original_max_position_embeddings\".")
            }
            let optional: [(String, Double?)] = [
                ("yarn_ext_factor", number("extrapolation_factor")), ("yarn_attn_factor", number("attention_factor") ?? number("attn_factor")),
                ("yarn_beta_fast", number("beta_fast")), ("yarn_beta_slow", number("beta_slow")),
            ]
            return try [pair("type", .string("yarn")), pair("factor", .float32(required("factor"))), pair("original_context_length", .uint32(count))]
                + optional.compactMap { key, value in value.map { pair(key, .float32(Float($0))) } }
        case let unknown?:
            throw RoostError(
                .unsupportedModel,
                "The model scales RoPE by \(unknown.quotedForPeople), which is not supported. Supported are linear, llama3, yarn and longrope.")
        }
    }

    private func required(_ key: String) throws -> Float {
        guard let value = number(key) else { throw RoostError(.invalidModelFile, "\"config.json\" scales RoPE and lacks \(key.quotedForPeople).") }
        return Float(value)
    }
}
