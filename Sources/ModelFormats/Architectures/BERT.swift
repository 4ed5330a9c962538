/// BERT and the models of sentence-transformers:
/// https://github.com/huggingface/transformers/tree/main/src/transformers/models/bert
extension Architecture {
    static let bert = Architecture(
        name: "bert", classes: ["BertModel", "BertForMaskedLM"],
        defaults: [
            "num_hidden_layers": 12, "hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072, "max_position_embeddings": 512,
            "layer_norm_eps": 1e-12, "type_vocab_size": 2,
        ],
        keyValues: { config in
            var keys = KeyValueList(prefix: "bert")
            keys.count("block_count", try config.count("num_hidden_layers"))
            keys.count("context_length", try config.count("max_position_embeddings"))
            keys.count("embedding_length", try config.count("hidden_size"))
            keys.count("feed_forward_length", try config.count("intermediate_size"))
            keys.count("attention.head_count", try config.count("num_attention_heads"))
            keys.number("attention.layer_norm_epsilon", try config.number("layer_norm_eps"))
            keys.flag("attention.causal", false)
            let kinds = try config.count("type_vocab_size")
            keys.add([GGUFKeyValue("tokenizer.ggml.token_type_count", .uint32(UInt32(clamping: kinds)))])
            return keys.keyValues
        },
        tensors: { _ in
            [TensorRule("embeddings.word_embeddings.weight", "token_embd.weight")]
                + [TensorRule("embeddings.position_embeddings.weight", "position_embd.weight")]
                + [TensorRule("embeddings.token_type_embeddings.weight", "token_types.weight")] + both("embeddings.LayerNorm", "token_embd_norm")
                + bertLayer.flatMap { both("encoder.layer.#.\($0)", "blk.#.\($1)") }
        },
        tokenizer: bertTokenizer,
        fixedKeys: [
            .gelu("hidden_act"), FixedKey("position_embedding_type", "absolute"), FixedKey("is_decoder", false),
            FixedKey("add_cross_attention", false),
        ],
        dropped: bertHeads,
        canonicalName: { name in
            // "gamma" and "beta" are the weight and bias of a norm in the first checkpoints, which were made with
            // TensorFlow.
            let inner = name.hasPrefix("bert.") ? String(name.dropFirst("bert.".count)) : name
            if inner.hasSuffix(".gamma") { return inner.dropLast("gamma".count) + "weight" }
            return inner.hasSuffix(".beta") ? inner.dropLast("beta".count) + "bias" : inner
        })

    private static let bertTokenizer: TokenizerRules = {
        var rules = TokenizerRules()
        rules.kinds = [.wordPiece]
        return rules
    }()

    private static let bertLayer = [
        ("attention.self.query", "attn_q"), ("attention.self.key", "attn_k"), ("attention.self.value", "attn_v"),
        ("attention.output.dense", "attn_output"), ("attention.output.LayerNorm", "attn_output_norm"), ("intermediate.dense", "ffn_up"),
        ("output.dense", "ffn_down"), ("output.LayerNorm", "layer_output_norm"),
    ]

    /// The training heads, which embeddings do not need.
    private static let bertHeads: Set<String> = [
        "embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias", "cls.predictions.bias", "cls.predictions.decoder.weight",
        "cls.predictions.decoder.bias", "cls.predictions.transform.dense.weight", "cls.predictions.transform.dense.bias",
        "cls.predictions.transform.LayerNorm.weight", "cls.predictions.transform.LayerNorm.bias", "cls.seq_relationship.weight",
        "cls.seq_relationship.bias",
    ]

    private static func both(_ source: String, _ target: String) -> [TensorRule] {
        ["weight", "bias"].map { TensorRule("\(source).\($0)", "\(target).\($0)") }
    }
}
