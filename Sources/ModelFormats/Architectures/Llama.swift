import Foundation
import RoostCore

/// Llama 2 and 3, SmolLM2, TinyLlama: https://github.com/huggingface/transformers/tree/main/src/transformers/models/llama
extension Architecture {
    static let llama = Architecture(
        name: "llama", classes: ["LlamaForCausalLM", "LlamaModel"],
        defaults: ["max_position_embeddings": 2048, "rms_norm_eps": 1e-6, "rope_theta": 10000, "vocab_size": 32000],
        keyValues: { try llamaKeyValues($0, headSize: $0.headSize()) },
        tensors: { try llamaAttention($0) + feedForward + ($0.config.flag("mlp_bias", or: false) ? feedForwardBiases : []) },
        tokenizer: llamaTokenizer, generated: { try llamaFrequencies($0) }, fixedKeys: llamaKeys, rotaryKinds: llamaRotaryKinds)

    /// The fixed keys of all architectures that llama.cpp calls llama.
    static let llamaKeys = [FixedKey.silu, .wholeRotation]

    /// The kinds of RoPE scaling that llama.cpp supports for llama. A dynamic scale is 1 within the trained context,
    /// which is the context that is written.
    static let llamaRotaryKinds: Set<String> = ["linear", "dynamic", "llama3", "yarn"]

    private static let feedForwardBiases = [
        layer("mlp.gate_proj.bias", "ffn_gate.bias"), layer("mlp.up_proj.bias", "ffn_up.bias"), layer("mlp.down_proj.bias", "ffn_down.bias"),
    ]

    /// The rules for tokenizers of all architectures that llama.cpp calls llama. Its reader requires the setting for a
    /// space before a text.
    static let llamaTokenizer: TokenizerRules = {
        var rules = TokenizerRules()
        rules.writesSpacePrefix = true
        rules.sizeWithoutBegin = 49152
        return rules
    }()

    /// The keys of all architectures that llama.cpp calls llama.
    static func llamaKeyValues(_ config: ModelConfig, headSize: Int?, window: Int? = nil) throws -> [GGUFKeyValue] {
        var keys = KeyValueList(prefix: "llama")
        keys.add(try decoderKeyValues("llama", config, headSize: headSize, window: window))
        keys.count("vocab_size", try config.count("vocab_size"))
        keys.count("rope.dimension_count", try config.headSize())
        return keys.keyValues
    }

    /// The rules for all tensors except the feed-forward network.
    static func llamaAttention(_ facts: ModelFacts) throws -> [TensorRule] {
        let heads = try facts.config.count("num_attention_heads")
        let keyHeads = try facts.config.countIfPresent("num_key_value_heads") ?? heads
        let hasBias = try facts.config.flag("attention_bias", or: false)
        let biases = [
            layer("self_attn.q_proj.bias", "attn_q.bias", .woven(heads: heads)),
            layer("self_attn.k_proj.bias", "attn_k.bias", .woven(heads: keyHeads)),
            layer("self_attn.v_proj.bias", "attn_v.bias"), layer("self_attn.o_proj.bias", "attn_output.bias"),
        ]
        return try frame(facts) + twoNorms + attention(query: .woven(heads: heads), key: .woven(heads: keyHeads)) + (hasBias ? biases : [])
    }

    /// Llama 3.1's RoPE: long wavelengths are scaled by a factor, short ones are not, and those in between are
    /// interpolated.
    static func llamaFrequencies(_ config: ModelConfig) throws -> [GeneratedTensor] {
        let rotary = try RotaryConfig(config)
        guard rotary.kind == "llama3" else { return [] }
        let size = try config.headSize()
        let factor = rotary.number("factor") ?? 8
        let low = rotary.number("low_freq_factor") ?? 1
        let high = rotary.number("high_freq_factor") ?? 4
        let context = rotary.number("original_max_position_embeddings") ?? 8192
        guard high != low, factor != 0, size <= 1 << 16 else {
            throw RoostError(.invalidModelFile, "The factors of \"rope_scaling\" in \"config.json\" are not valid.")
        }
        // Computed in 32 bits where the reference uses 32 bits, so that the numbers are identical.
        let values = stride(from: 0, to: size, by: 2).map { index -> Float in
            let frequency = 1 / pow(rotary.base ?? 10000, Float(index) / Float(size))
            let length = Float(2 * Double.pi) / frequency
            if length < Float(context / high) { return 1 }
            if length > Float(context / low) { return Float(factor) }
            let blend = (Float(context) / length - Float(low)) / Float(high - low)
            return 1 / ((1 - blend) / Float(factor) + blend)
        }
        return [GeneratedTensor(name: "rope_freqs.weight", values: values)]
    }
}
