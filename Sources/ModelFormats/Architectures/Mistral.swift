/// Mistral and Mixtral, which llama.cpp treats as llama:
/// https://github.com/huggingface/transformers/tree/main/src/transformers/models/mistral
extension Architecture {
    private static let mistralDefaults: [String: ConfigValue] = [
        "max_position_embeddings": 131072, "rms_norm_eps": 1e-6, "rope_theta": 10000, "num_key_value_heads": 8, "vocab_size": 32000,
    ]

    private static let mistralWindow: @Sendable (ModelConfig) throws -> Int? = { try $0.countIfPresent("sliding_window") }

    static let mistral = Architecture(
        name: "llama", classes: ["MistralForCausalLM", "MistralModel"], defaults: mistralDefaults.merging(["sliding_window": 4096]) { $1 },
        keyValues: { try llamaKeyValues($0, headSize: $0.countIfPresent("head_dim"), window: mistralWindow($0)) },
        tensors: { try llamaAttention($0) + feedForward }, tokenizer: llamaTokenizer, generated: { try llamaFrequencies($0) },
        fixedKeys: llamaKeys, rotaryKinds: llamaRotaryKinds, window: mistralWindow)

    static let mixtral = Architecture(
        name: "llama", classes: ["MixtralForCausalLM"],
        defaults: mistralDefaults.merging(["rms_norm_eps": 1e-5, "rope_theta": 1e6, "num_local_experts": 8, "num_experts_per_tok": 2]) { $1 },
        keyValues: { try llamaKeyValues($0, headSize: $0.countIfPresent("head_dim"), window: mistralWindow($0)) },
        tensors: { facts in
            let experts = TensorRule.Transform.stacked(experts: try facts.config.count("num_local_experts"))
            return try llamaAttention(facts) + [
                layer("block_sparse_moe.gate.weight", "ffn_gate_inp.weight"),
                layer("block_sparse_moe.experts.#.w1.weight", "ffn_gate_exps.weight", experts),
                layer("block_sparse_moe.experts.#.w2.weight", "ffn_down_exps.weight", experts),
                layer("block_sparse_moe.experts.#.w3.weight", "ffn_up_exps.weight", experts),
            ]
        }, tokenizer: llamaTokenizer, generated: { try llamaFrequencies($0) }, fixedKeys: llamaKeys, rotaryKinds: llamaRotaryKinds,
        window: mistralWindow)
}
