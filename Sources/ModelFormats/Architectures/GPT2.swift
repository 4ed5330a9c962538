/// GPT-2, with the names of OpenAI's repositories and those of transformers:
/// https://github.com/huggingface/transformers/tree/main/src/transformers/models/gpt2
extension Architecture {
    static let gpt2 = Architecture(
        name: "gpt2", classes: ["GPT2LMHeadModel"],
        defaults: ["n_positions": 1024, "n_embd": 768, "n_layer": 12, "n_head": 12, "layer_norm_epsilon": 1e-5, "tie_word_embeddings": true],
        keyValues: { config in
            let size = try config.count("n_embd")
            var keys = KeyValueList(prefix: "gpt2")
            keys.count("block_count", try config.count("n_layer"))
            keys.count("context_length", try config.count("n_ctx", "n_positions"))
            keys.count("embedding_length", size)
            keys.count("feed_forward_length", try config.countIfPresent("n_inner") ?? 4 * size)
            keys.count("attention.head_count", try config.count("n_head"))
            keys.number("attention.layer_norm_epsilon", try config.number("layer_norm_epsilon"))
            return keys.keyValues
        },
        tensors: { facts in
            [
                TensorRule("wte.weight", "token_embd.weight"), TensorRule("wpe.weight", "position_embd.weight"),
                TensorRule("ln_f.weight", "output_norm.weight"), TensorRule("ln_f.bias", "output_norm.bias"),
                try head(facts, "lm_head.weight"),
            ]
                + gpt2Layer.flatMap { source, target, transform in
                    [
                        TensorRule("h.#.\(source).weight", "blk.#.\(target).weight", transform),
                        TensorRule("h.#.\(source).bias", "blk.#.\(target).bias"),
                    ]
                }
        },
        fixedKeys: [
            .gelu("activation_function"), FixedKey("scale_attn_weights", true), FixedKey("scale_attn_by_inverse_layer_idx", false),
            FixedKey("add_cross_attention", false), FixedKey("is_causal", true),
        ],
        // Masks of old versions of transformers.
        dropped: ["h.#.attn.bias", "h.#.attn.masked_bias"],
        canonicalName: { $0.hasPrefix("transformer.") ? String($0.dropFirst("transformer.".count)) : $0 })

    /// The tensors of a layer. The matrices are stored transposed compared with other architectures.
    private static let gpt2Layer: [(String, String, TensorRule.Transform)] = [
        ("ln_1", "attn_norm", .none), ("ln_2", "ffn_norm", .none), ("attn.c_attn", "attn_qkv", .transposed),
        ("attn.c_proj", "attn_output", .transposed), ("mlp.c_fc", "ffn_up", .transposed), ("mlp.c_proj", "ffn_down", .transposed),
    ]
}
