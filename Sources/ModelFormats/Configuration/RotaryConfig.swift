import RoostCore

/// The rotary position embedding (RoPE) of a model, in both spellings: `rope_theta` and `rope_scaling` at the top
/// level, or `rope_parameters` of transformers 5.
struct RotaryConfig {
    /// The kind: `linear`, `llama3`, `yarn`, `longrope`, …; `nil` for none.
    let kind: String?
    /// The parameters of the kind.
    let parameters: [String: ConfigValue]
    /// The base frequency.
    let base: Float?
    /// The base frequency of layers with a sliding window, if it differs.
    let slidingBase: Float?
    /// Whether layers with a sliding window have their own scaling.
    let isSlidingScaled: Bool

    /// - Throws: `RoostError` if a base is not a number.
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

    /// Returns a numeric parameter of the kind.
    func number(_ key: String) -> Double? { parameters[key]?.number }

    /// Returns the key-values of the scaling that llama.cpp's converter writes for every architecture without special
    /// treatment.
    ///
    /// - Parameter prefix: The architecture's name.
    /// - Returns: The keys; empty without scaling.
    /// - Throws: `RoostError` for a kind that llama.cpp does not support.
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
