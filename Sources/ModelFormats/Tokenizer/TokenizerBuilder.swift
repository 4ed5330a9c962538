import RoostCore

/// Collects the keys of a tokenizer.
struct TokenizerBuilder {
    var keys = TokenizerKeys()
    private var notes: [String]
    private let source: TokenizerSource
    private let rules: TokenizerRules
    private let vocabulary: Vocabulary

    init(_ source: TokenizerSource, _ rules: TokenizerRules, _ vocabulary: Vocabulary, notes: [String]) {
        self.source = source
        self.rules = rules
        self.vocabulary = vocabulary
        self.notes = notes
        if rules.writesSpacePrefix, let isAdded = source.settings?["add_prefix_space"]?.bool {
            keys.set("tokenizer.ggml.add_space_prefix", .bool(isAdded))
        }
    }

    /// Writes the kind and the tokens.
    mutating func writeVocabulary(model: ByteText, pre: String) {
        keys.set("tokenizer.ggml.model", .string(model))
        keys.set("tokenizer.ggml.pre", .string(ByteText(pre)))
        keys.set("tokenizer.ggml.tokens", .array(.string(vocabulary.texts)))
        if !vocabulary.scores.isEmpty { keys.set("tokenizer.ggml.scores", .array(.float32(vocabulary.scores))) }
        keys.set("tokenizer.ggml.token_type", .array(.int32(vocabulary.types.map(\.rawValue))))
    }

    /// Writes the special tokens and the chat template.
    ///
    /// - Parameters:
    ///   - added: The added tokens.
    ///   - mustBegin: Whether a token that begins texts is required, because the engine would otherwise use token 11.
    /// - Throws: `RoostError` if a file is malformed.
    mutating func writeSpecialTokens(added: [AddedToken], mustBegin: Bool) throws {
        let special = try SpecialTokens(source, added: added, count: vocabulary.texts.count)
        special.write(to: &keys)
        notes += special.notes
        let template = try ChatTemplate(source)
        template.write(to: &keys)
        notes += template.notes
        guard mustBegin, !keys.contains("tokenizer.ggml.bos_token_id") else { return }
        guard let end = special.ids.first(where: { $0.kind == "eos" }) else {
            notes.append("The files name no token that ends a text: the engine takes token 11 for it.")
            return
        }
        keys.set("tokenizer.ggml.bos_token_id", .uint32(UInt32(end.id)))
        if !keys.contains("tokenizer.ggml.add_bos_token") { keys.set("tokenizer.ggml.add_bos_token", .bool(false)) }
    }

    /// Writes whether a space is added before a text, according to tokenizer.json. The architecture's setting is
    /// written later and takes precedence.
    mutating func writeSpacePrefixOfTokenizer() {
        guard !keys.contains("tokenizer.ggml.add_space_prefix") else { return }
        let normalizer = source.tokenizer?["normalizer"]
        let normalizers = normalizer?["normalizers"]?.list ?? [normalizer].compactMap { $0 }
        let prepends = normalizers.contains { $0["type"]?.string == "Prepend" && $0["prepend"]?.string == "▁" }
        let preTokenizer = source.tokenizer?["pre_tokenizer"]
        let scheme = preTokenizer?["prepend_scheme"]?.string ?? (preTokenizer?["add_prefix_space"]?.bool == false ? "never" : "always")
        let isMetaspace = preTokenizer?["type"]?.string == "Metaspace" && scheme != "never"
        keys.set("tokenizer.ggml.add_space_prefix", .bool(prepends || isMetaspace))
    }

    /// Writes the settings of BERT's text normalization.
    mutating func writeNormalizer() {
        func flags(_ normalizer: JSONValue) -> [(String, Bool)] {
            switch normalizer["type"]?.string {
            case "Lowercase": [("lowercase", true)]
            case "StripAccents": [("strip_accents", true)]
            case "BertNormalizer": ["lowercase", "strip_accents"].compactMap { name in normalizer[name]?.bool.map { (name, $0) } }
            case "Sequence": normalizer["normalizers"]?.list.flatMap(flags) ?? []
            default: []
            }
        }
        let found = source.tokenizer?["normalizer"].map(flags) ?? []
        for name in ["lowercase", "strip_accents"] {
            if let flag = found.last(where: { $0.0 == name }) { keys.set("tokenizer.ggml.normalizer.\(name)", .bool(flag.1)) }
        }
    }

    /// Returns the tokenizer, after applying the rules of the architecture.
    mutating func finish(_ kind: TokenizerKind) -> Tokenizer {
        if vocabulary.texts.count == rules.sizeWithoutBegin { keys.set("tokenizer.ggml.add_bos_token", .bool(false)) }
        for pair in rules.trailing { keys.set(pair.key, pair.value) }
        return Tokenizer(keyValues: keys.pairs, tokenCount: vocabulary.texts.count, kind: kind, notes: notes)
    }
}
