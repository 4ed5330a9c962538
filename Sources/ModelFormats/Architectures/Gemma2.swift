/// Gemma 2: https://github.com/huggingface/transformers/tree/main/src/transformers/models/gemma2
extension Architecture {
    static let gemma2 = Architecture(
        name: "gemma2", classes: ["Gemma2ForCausalLM"],
        defaults: [
            "max_position_embeddings": 8192, "rms_norm_eps": 1e-6, "head_dim": 256, "num_key_value_heads": 4, "sliding_window": 4096,
            "attn_logit_softcapping": 50, "final_logit_softcapping": 30, "rope_theta": 10000, "tie_word_embeddings": true,
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
            // llama.cpp's converter leaves it out, which is right for all published models, whose base is llama.cpp's own.
            keys.number("rope.freq_base", base == 10000 ? nil : base)
            return keys.keyValues
        },
        tensors: {
            // llama.cpp always takes the embedding for the head.
            try frame($0, norm: .addingOne).filter { $0.target != "output.weight" } + gemmaNorms + attention() + feedForward
        },
        tokenizer: gemmaTokenizer, dropped: ["lm_head.weight"])

    /// Gemma's texts never get a space before them; in the files that is not to be found.
    static let gemmaTokenizer: TokenizerRules = {
        var rules = TokenizerRules()
        rules.trailing = [GGUFKeyValue("tokenizer.ggml.add_space_prefix", .bool(false))]
        return rules
    }()
}
