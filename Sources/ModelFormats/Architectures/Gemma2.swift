import RoostCore

/// Gemma 2: https://github.com/huggingface/transformers/tree/main/src/transformers/models/gemma2
extension Architecture {
    static let gemma2 = Architecture(
        name: "gemma2", classes: ["Gemma2ForCausalLM"],
        defaults: [
            "max_position_embeddings": 8192, "rms_norm_eps": 1e-6, "head_dim": 256, "num_key_value_heads": 4, "sliding_window": 4096,
            "attn_logit_softcapping": 50, "final_logit_softcapping": 30, "rope_theta": 10000, "tie_word_embeddings": true,
            "query_pre_attn_scalar": 256,
        ],
        keyValues: { config in
            let heads = try config.count("num_attention_heads")
            let base = try RotaryConfig(config).base
            var keys = KeyValueList(prefix: "gemma2")
            keys.count("context_length", try config.count("max_position_embeddings"))
            keys.count("embedding_length", try config.count("hidden_size"))
            keys.count("block_count", try config.count("num_hidden_layers"))
            keys.count("feed_forward_length", try config.count("intermediate_size"))
            keys.count("attention.head_count", heads)
            keys.count("attention.head_count_kv", try config.countIfPresent("num_key_value_heads") ?? heads)
            keys.number("attention.layer_norm_rms_epsilon", try config.number("rms_norm_eps"))
            keys.count("attention.key_length", try config.headSize())
            keys.count("attention.value_length", try config.headSize())
            keys.number("attn_logit_softcapping", try config.numberIfPresent("attn_logit_softcapping"))
            keys.number("final_logit_softcapping", try config.numberIfPresent("final_logit_softcapping"))
            keys.count("attention.sliding_window", try config.count("sliding_window"))
            // llama.cpp's converter does not write the default. This is correct for all published models, whose base is
            // llama.cpp's default.
            keys.number("rope.freq_base", base == 10000 ? nil : base)
            keys.value("attention.sliding_window_pattern", try AttentionLayers.gemmaPattern(config, period: 2))
            return keys.keyValues
        },
        tensors: { try frame($0, norm: .addingOne) + gemmaNorms + attention() + feedForward }, tokenizer: gemmaTokenizer,
        // llama.cpp always uses the embedding as the head.
        fixedKeys: gemmaKeys + [FixedKey("tie_word_embeddings", true), FixedKey("is_causal", true)],
        check: { config in
            try checkGemmaScale(config, largeLayerCount: 46)
            if let key = ["attn_logit_softcapping", "final_logit_softcapping"].first(where: config.isNull) {
                throw config.computedOtherwise(key, "always caps the logits of such models")
            }
        })

    /// The fixed keys of all Gemma architectures.
    static let gemmaKeys = [
        FixedKey.gelu("hidden_activation"), .wholeRotation, FixedKey("attention_bias", false), FixedKey("use_bidirectional_attention", false),
    ]

    /// Checks the scale of attention. llama.cpp divides by the root of the head size. For the largest model, which it
    /// recognizes by the number of layers, it uses the width divided by the number of heads instead.
    ///
    /// - Parameters:
    ///   - config: The configuration with the class's defaults.
    ///   - largeLayerCount: The number of layers of the largest model.
    /// - Throws: `RoostError` if transformers uses another scale.
    static func checkGemmaScale(_ config: ModelConfig, largeLayerCount: Int) throws {
        guard let scale = config["query_pre_attn_scalar"] else { return }
        let isLarge = try config.count("num_hidden_layers") == largeLayerCount
        let own = try isLarge ? config.count("hidden_size") / config.count("num_attention_heads") : config.headSize()
        guard scale.number != Double(own) else { return }
        throw config.computedOtherwise("query_pre_attn_scalar", "computes this model with \(own)")
    }

    /// Gemma's tokenizers add no space before a text. The tokenizer files do not contain this setting.
    static let gemmaTokenizer: TokenizerRules = {
        var rules = TokenizerRules()
        rules.trailing = [GGUFKeyValue("tokenizer.ggml.add_space_prefix", .bool(false))]
        return rules
    }()
}
