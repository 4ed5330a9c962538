/// Qwen 3 with experts: https://github.com/huggingface/transformers/tree/main/src/transformers/models/qwen3_moe
extension Architecture {
    static let qwen3MoE = Architecture(
        name: "qwen3moe", classes: ["Qwen3MoeForCausalLM"],
        defaults: qwenDefaults.merging([
            "num_key_value_heads": 4, "num_experts_per_tok": 8, "moe_intermediate_size": 768, "norm_topk_prob": false,
        ]) { $1 },
        keyValues: { config in
            var keys = KeyValueList(prefix: "qwen3moe")
            let window = try AttentionLayers.qwenWindow(config, isForAll: true)
            keys.add(try decoderKeyValues("qwen3moe", config, headSize: config.countIfPresent("head_dim"), window: window))
            if try config.countIfPresent("num_local_experts", "num_experts") == nil { keys.count("expert_count", 128) }
            keys.count("expert_feed_forward_length", try config.count("moe_intermediate_size"))
            return keys.keyValues
        },
        tensors: { facts in
            let experts = TensorRule.Transform.stacked(experts: try facts.config.countIfPresent("num_local_experts", "num_experts") ?? 128)
            return try frame(facts) + twoNorms + attention() + headNorms() + [
                layer("mlp.gate.weight", "ffn_gate_inp.weight"),
                layer("mlp.experts.#.gate_proj.weight", "ffn_gate_exps.weight", experts),
                layer("mlp.experts.#.up_proj.weight", "ffn_up_exps.weight", experts),
                layer("mlp.experts.#.down_proj.weight", "ffn_down_exps.weight", experts),
                // transformers 5 stores all experts of a layer in one tensor.
                layer("mlp.experts.gate_up_proj", "ffn_gate_exps.weight", .half(0)),
                layer("mlp.experts.gate_up_proj", "ffn_up_exps.weight", .half(1)),
                layer("mlp.experts.down_proj", "ffn_down_exps.weight"),
            ]
        },
        // llama.cpp always normalizes the weights of the selected experts to 1, and expects experts in every layer.
        fixedKeys: unbiasedQwenKeys + [
            FixedKey("norm_topk_prob", true), FixedKey("mlp_only_layers", .array([])), FixedKey("decoder_sparse_step", 1),
        ],
        rotaryKinds: qwenRotaryKinds, window: { try AttentionLayers.qwenWindow($0, isForAll: true) })
}
