/// The common parts of most decoders.
extension Architecture {
    /// Returns the keys that llama.cpp's converter writes for every architecture without special treatment.
    ///
    /// - Parameters:
    ///   - name: The prefix.
    ///   - config: The configuration.
    ///   - headSize: The size of an attention head, if it is to be written.
    ///   - window: The maximum context length in tokens.
    /// - Returns: The keys with their prefix.
    /// - Throws: `RoostError` if a value is missing in the configuration.
    static func decoderKeyValues(_ name: String, _ config: ModelConfig, headSize: Int?, window: Int? = nil) throws -> [GGUFKeyValue] {
        let heads = try config.count("num_attention_heads")
        let rotary = try RotaryConfig(config)
        var keys = KeyValueList(prefix: name)
        keys.count("block_count", try config.count("num_hidden_layers"))
        keys.count("context_length", min(try config.count("max_position_embeddings"), window ?? .max))
        keys.count("embedding_length", try config.count("hidden_size"))
        keys.count("feed_forward_length", try config.count("intermediate_size"))
        keys.count("attention.head_count", heads)
        keys.count("attention.head_count_kv", try config.countIfPresent("num_key_value_heads") ?? heads)
        if try !config.flag("is_causal", or: true) { keys.flag("attention.causal", false) }
        keys.add(try rotary.scalingKeyValues(name))
        keys.number("rope.freq_base", rotary.base)
        keys.number("rope.freq_base_swa", rotary.slidingBase)
        keys.number("attention.layer_norm_rms_epsilon", try config.number("rms_norm_eps"))
        keys.count("expert_count", try config.countIfPresent("num_local_experts", "num_experts"))
        keys.count("expert_used_count", try config.countIfPresent("num_experts_per_tok"))
        keys.count("attention.key_length", headSize)
        keys.count("attention.value_length", headSize)
        return keys.keyValues
    }

    /// The rules for embedding, last norm and head.
    static func frame(_ facts: ModelFacts, norm: TensorRule.Transform = .none) throws -> [TensorRule] {
        [
            TensorRule("model.embed_tokens.weight", "token_embd.weight"),
            TensorRule("model.norm.weight", "output_norm.weight", norm),
            try head(facts, "lm_head.weight"),
        ]
    }

    /// The rule for the head. If the embedding also serves as the head, a stored head is not used, as in transformers.
    /// The head may be missing only in this case, and in embedding models.
    static func head(_ facts: ModelFacts, _ source: String) throws -> TensorRule {
        let isTied = try facts.config.flag("tie_word_embeddings", or: false)
        return TensorRule(source, "output.weight", isTied ? .unused : .none, optional: isTied || facts.makesVectors)
    }

    /// The name of a tensor with the prefix of `…ForCausalLM`, which all tensors but the head have. Tensors saved by
    /// `AutoModel` lack the prefix, and those of vision models have an additional one.
    static func decoderName(_ name: String) -> String {
        let inner = name.replacing("language_model.", with: "")
        return inner.hasPrefix("model.") || inner.hasPrefix("lm_head.") ? inner : "model." + inner
    }

    /// The rules for attention with separate matrices for query, key, value and output.
    ///
    /// - Parameters:
    ///   - query: The transform for the rows of the queries.
    ///   - key: The transform for the rows of the keys.
    /// - Returns: The rules for every layer.
    static func attention(query: TensorRule.Transform = .none, key: TensorRule.Transform = .none) -> [TensorRule] {
        [
            layer("self_attn.q_proj.weight", "attn_q.weight", query),
            layer("self_attn.k_proj.weight", "attn_k.weight", key),
            layer("self_attn.v_proj.weight", "attn_v.weight"),
            layer("self_attn.o_proj.weight", "attn_output.weight"),
        ]
    }

    /// The rules for a gated feed-forward network.
    static let feedForward: [TensorRule] = [
        layer("mlp.gate_proj.weight", "ffn_gate.weight"),
        layer("mlp.up_proj.weight", "ffn_up.weight"),
        layer("mlp.down_proj.weight", "ffn_down.weight"),
    ]

    /// The rules for the norms before attention and before the feed-forward network.
    static let twoNorms: [TensorRule] = [
        layer("input_layernorm.weight", "attn_norm.weight"),
        layer("post_attention_layernorm.weight", "ffn_norm.weight"),
    ]

    /// The rules for norms of queries and keys.
    static func headNorms(_ transform: TensorRule.Transform = .none) -> [TensorRule] {
        [layer("self_attn.q_norm.weight", "attn_q_norm.weight", transform), layer("self_attn.k_norm.weight", "attn_k_norm.weight", transform)]
    }

    /// The rules for Gemma's four norms in a layer, which are written with 1 added.
    static let gemmaNorms: [TensorRule] = [
        layer("input_layernorm.weight", "attn_norm.weight", .addingOne),
        layer("post_attention_layernorm.weight", "post_attention_norm.weight", .addingOne),
        layer("pre_feedforward_layernorm.weight", "ffn_norm.weight", .addingOne),
        layer("post_feedforward_layernorm.weight", "post_ffw_norm.weight", .addingOne),
    ]

    /// The rule for a tensor of each layer.
    static func layer(_ source: String, _ target: String, _ transform: TensorRule.Transform = .none, optional: Bool = false) -> TensorRule {
        TensorRule("model.layers.#.\(source)", "blk.#.\(target)", transform, optional: optional)
    }
}
