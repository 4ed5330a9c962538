/// Qwen 2 and 2.5: https://github.com/huggingface/transformers/tree/main/src/transformers/models/qwen2
extension Architecture {
    static let qwenDefaults: [String: ConfigValue] = [
        "max_position_embeddings": 32768, "rms_norm_eps": 1e-6, "rope_theta": 10000, "num_key_value_heads": 32,
    ]

    static let qwen2 = Architecture(
        name: "qwen2", classes: ["Qwen2ForCausalLM"], defaults: qwenDefaults,
        keyValues: { try decoderKeyValues("qwen2", $0, headSize: $0.countIfPresent("head_dim")) },
        tensors: {
            // llama.cpp loads a model that lacks one of these, and computes nonsense.
            let biases = [
                layer("self_attn.q_proj.bias", "attn_q.bias"), layer("self_attn.k_proj.bias", "attn_k.bias"),
                layer("self_attn.v_proj.bias", "attn_v.bias"),
            ]
            return try frame($0) + twoNorms + attention() + biases + feedForward
        })
}
