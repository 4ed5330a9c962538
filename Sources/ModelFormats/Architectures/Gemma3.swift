import RoostCore

/// Gemma 3, the text part: https://github.com/huggingface/transformers/tree/main/src/transformers/models/gemma3
extension Architecture {
    static let gemma3 = Architecture(
        name: "gemma3", classes: ["Gemma3ForCausalLM", "Gemma3ForConditionalGeneration"],
        defaults: [
            "max_position_embeddings": 131072, "rms_norm_eps": 1e-6, "head_dim": 256, "num_attention_heads": 8, "num_key_value_heads": 4,
            "hidden_size": 2304, "intermediate_size": 9216, "num_hidden_layers": 26, "sliding_window": 4096, "rope_theta": 1e6,
            "rope_local_base_freq": 1e4, "tie_word_embeddings": true, "query_pre_attn_scalar": 256,
        ],
        keyValues: { config in
            var keys = KeyValueList(prefix: "gemma3")
            keys.add(try decoderKeyValues("gemma3", config, headSize: config.headSize()))
            keys.number("final_logit_softcapping", try config.numberIfPresent("final_logit_softcapping"))
            keys.count("attention.sliding_window", try config.count("sliding_window"))
            keys.value("attention.sliding_window_pattern", try AttentionLayers.gemmaPattern(config, period: 6))
            return keys.keyValues
        },
        tensors: { facts in
            var rules = try frame(facts, norm: .addingOne)
            // The embedding has more rows than there are tokens, but llama.cpp requires one row for each token.
            rules[0] = TensorRule(rules[0].source, rules[0].target, .cut(rows: facts.tokenCount))
            return rules + gemmaNorms + attention() + headNorms(.addingOne) + feedForward
        }, tokenizer: gemmaTokenizer, fixedKeys: gemmaKeys, rotaryKinds: ["linear", "dynamic"],
        check: { config in
            try checkGemmaScale(config, largeLayerCount: 62)
            if config["attn_logit_softcapping"] != nil {
                throw config.computedOtherwise("attn_logit_softcapping", "does not cap the attention of such models")
            }
        })
}
