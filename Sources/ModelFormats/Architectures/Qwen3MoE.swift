import RoostCore

/// Qwen 3 with experts: https://github.com/huggingface/transformers/tree/main/src/transformers/models/qwen3_moe
extension Architecture {
    static let qwen3MoE = Architecture(
        name: "qwen3moe", classes: ["Qwen3MoeForCausalLM"],
        defaults: qwenDefaults.merging(["num_key_value_heads": 4, "num_experts_per_tok": 8, "moe_intermediate_size": 768]) { $1 },
        keyValues: { config in
            var keys = KeyValueList(prefix: "qwen3moe")
            keys.add(try decoderKeyValues("qwen3moe", config, headSize: config.countIfPresent("head_dim")))
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
                // transformers 5 keeps all experts of a layer in one tensor.
                layer("mlp.experts.gate_up_proj", "ffn_gate_exps.weight", .half(0)),
                layer("mlp.experts.gate_up_proj", "ffn_up_exps.weight", .half(1)),
                layer("mlp.experts.down_proj", "ffn_down_exps.weight"),
            ]
        },
        check: { config in
            // llama.cpp always makes the chosen experts' weights add up to 1, and has experts in every layer.
            guard try config.flag("norm_topk_prob", or: false) else {
                throw RoostError(
                    .unsupportedModel, "The model does not normalise its experts' weights (\"norm_topk_prob\"), and llama.cpp always does.")
            }
            let dense = config["mlp_only_layers"]?.elements ?? []
            guard dense.isEmpty, try config.countIfPresent("decoder_sparse_step") ?? 1 == 1 else {
                throw RoostError(.unsupportedModel, "The model has layers without experts among those with them, which llama.cpp cannot run.")
            }
        })
}
