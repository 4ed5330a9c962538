import Foundation
import RoostCore

/// Phi 3 and 3.5, Phi 4 mini: https://github.com/huggingface/transformers/tree/main/src/transformers/models/phi3
extension Architecture {
    static let phi3 = Architecture(
        name: "phi3", classes: ["Phi3ForCausalLM"],
        defaults: [
            "max_position_embeddings": 4096, "original_max_position_embeddings": 4096, "rms_norm_eps": 1e-5, "rope_theta": 10000,
            "partial_rotary_factor": 1.0,
        ],
        keyValues: { config in
            let heads = try config.count("num_attention_heads")
            let rotary = try RotaryConfig(config)
            var keys = KeyValueList(prefix: "phi3")
            keys.count("context_length", try config.count("max_position_embeddings"))
            keys.count("rope.scaling.original_context_length", try phiOriginalContext(config))
            keys.count("embedding_length", try config.count("hidden_size"))
            keys.count("feed_forward_length", try config.count("intermediate_size"))
            keys.count("block_count", try config.count("num_hidden_layers"))
            keys.count("attention.head_count", heads)
            keys.count("attention.head_count_kv", try config.countIfPresent("num_key_value_heads") ?? heads)
            keys.number("attention.layer_norm_rms_epsilon", try config.number("rms_norm_eps"))
            keys.count("rope.dimension_count", try phiRotaryDimensions(config))
            keys.number("rope.freq_base", rotary.base)
            keys.count("attention.sliding_window", try config.countIfPresent("sliding_window") ?? 0)
            keys.number("rope.scaling.attn_factor", try phiAttentionFactor(config, rotary))
            return keys.keyValues
        },
        tensors: {
            let fused = [
                layer("self_attn.qkv_proj.weight", "attn_qkv.weight"), layer("self_attn.o_proj.weight", "attn_output.weight"),
                layer("mlp.gate_up_proj.weight", "ffn_up.weight"), layer("mlp.down_proj.weight", "ffn_down.weight"),
            ]
            return try frame($0) + twoNorms + fused
        }, tokenizer: phiTokenizer, generated: { try phiFactors($0) }, fixedKeys: [.silu, FixedKey("is_causal", true)],
        rotaryKinds: ["longrope", "su", "yarn"],
        window: { try $0.countIfPresent("sliding_window") })

    private static let phiTokenizer: TokenizerRules = {
        var rules = TokenizerRules()
        rules.takesAddedTokensLiterally = true
        return rules
    }()

    private static func phiOriginalContext(_ config: ModelConfig) throws -> Int {
        let nested = try RotaryConfig(config).number("original_max_position_embeddings").flatMap { Int(exactly: $0) }
        return try nested ?? config.count("original_max_position_embeddings")
    }

    private static func phiRotaryDimensions(_ config: ModelConfig) throws -> Int {
        let hidden = try Double(config.count("hidden_size"))
        let part = try RotaryConfig(config).number("partial_rotary_factor") ?? Double(config.number("partial_rotary_factor"))
        guard (0.001...1).contains(part) else { throw RoostError(.invalidModelFile, "\"partial_rotary_factor\" in \"config.json\" is not valid.") }
        return try Int(part * hidden) / config.count("num_attention_heads")
    }

    /// The factor for attention in a context longer than the original one.
    private static func phiAttentionFactor(_ config: ModelConfig, _ rotary: RotaryConfig) throws -> Float? {
        guard rotary.parameters["long_factor"]?.elements?.isEmpty == false else {
            guard rotary.kind != nil else { return nil }
            throw RotaryConfig.problem("lacks \"long_factor\"", config)
        }
        if let factor = rotary.number("attention_factor") { return Float(factor) }
        let original = try Double(phiOriginalContext(config))
        let scale = try Double(config.count("max_position_embeddings")) / original
        switch rotary.kind {
        case "longrope", "su": return scale > 1 ? Float((1 + log(scale) / log(original)).squareRoot()) : 1
        case "yarn": return scale > 1 ? Float(0.1 * log(scale) + 1) : 1
        default: throw RoostError(.unsupportedModel, "The model scales RoPE in a way that is not supported. Supported are longrope, su and yarn.")
        }
    }

    private static func phiFactors(_ config: ModelConfig) throws -> [GeneratedTensor] {
        let rotary = try RotaryConfig(config)
        guard let long = rotary.parameters["long_factor"]?.elements, !long.isEmpty else { return [] }
        let short = rotary.parameters["short_factor"]?.elements ?? []
        let lists = [("long", long.compactMap(\.number)), ("short", short.compactMap(\.number))]
        let count = try phiRotaryDimensions(config) / 2
        guard lists.allSatisfy({ $0.1.count == count }), long.count == count, short.count == count else {
            throw RoostError(.invalidModelFile, "\"long_factor\" and \"short_factor\" in \"config.json\" must have \(count) numbers each.")
        }
        return lists.map { GeneratedTensor(name: "rope_factors_\($0).weight", values: $1.map { Float($0) }) }
    }
}
