/// Qwen 2 and 2.5: https://github.com/huggingface/transformers/tree/main/src/transformers/models/qwen2
extension Architecture {
    static let qwenDefaults: [String: ConfigValue] = [
        "max_position_embeddings": 32768, "rms_norm_eps": 1e-6, "rope_theta": 10000, "num_key_value_heads": 32, "max_window_layers": 28,
        "sliding_window": 4096,
    ]

    static let qwen2 = Architecture(
        name: "qwen2", classes: ["Qwen2ForCausalLM", "Qwen2Model"], defaults: qwenDefaults,
        keyValues: { try decoderKeyValues("qwen2", $0, headSize: $0.countIfPresent("head_dim"), window: AttentionLayers.qwenWindow($0)) },
        tensors: {
            // llama.cpp loads a model that lacks one of these tensors, but its results are wrong.
            let biases = [
                layer("self_attn.q_proj.bias", "attn_q.bias"), layer("self_attn.k_proj.bias", "attn_k.bias"),
                layer("self_attn.v_proj.bias", "attn_v.bias"),
            ]
            return try frame($0) + twoNorms + attention() + biases + feedForward
        }, fixedKeys: [.silu, .wholeRotation, FixedKey("use_mrope", false)], rotaryKinds: qwenRotaryKinds,
        window: { try AttentionLayers.qwenWindow($0) })

    /// The kinds of RoPE scaling that llama.cpp supports for all Qwen architectures. A dynamic scale is 1 within the
    /// trained context, which is the context that is written.
    static let qwenRotaryKinds: Set<String> = ["linear", "dynamic", "yarn"]

    /// The fixed keys of Qwen architectures without biases: llama.cpp supports biases only for Qwen 2.
    static let unbiasedQwenKeys = [FixedKey.silu, .wholeRotation, FixedKey("attention_bias", false)]
}
