extension SpecialTokens {
    private static let idKeys = [
        "bos": "bos_token_id", "eos": "eos_token_id", "unk": "unknown_token_id",
        // The spelling in GGUF.
        "sep": "seperator_token_id", "pad": "padding_token_id", "mask": "mask_token_id", "eot": "eot_token_id", "eom": "eom_token_id",
    ]

    /// Writes the keys; `cls` has none.
    func write(to keys: inout TokenizerKeys) {
        for (kind, id) in ids {
            if let key = Self.idKeys[kind] { keys.set("tokenizer.ggml.\(key)", .uint32(UInt32(id))) }
        }
        for (kind, isAdded) in additions where ["bos", "eos", "sep"].contains(kind) {
            keys.set("tokenizer.ggml.add_\(kind)_token", .bool(isAdded))
        }
    }
}
