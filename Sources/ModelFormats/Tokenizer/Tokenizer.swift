import RoostCore
public import SystemPackage

/// A repository's tokenizer as keys of a GGUF file, in the order of llama.cpp's converter (build 11434).
public struct Tokenizer: Sendable {
    /// The keys, those of the chat template too.
    public let keyValues: [GGUFKeyValue]
    /// Tokens: as many rows as the embedding must have.
    public let tokenCount: Int
    /// How text becomes tokens.
    public let kind: TokenizerKind
    /// What a person may want to know: how the pre-tokenizer was found, what was ignored.
    public let notes: [String]

    /// Whether a token of a text is among them.
    func has(_ text: ByteText) -> Bool {
        guard case .array(.string(let texts))? = keyValues.first(where: { $0.key == "tokenizer.ggml.tokens" })?.value else { return false }
        return texts.contains(text)
    }

    /// Reads a tokenizer.
    ///
    /// - Parameters:
    ///   - directory: The repository's files, or links to them: tokenizer.json, or tokenizer.model, or vocab.json and merges.txt, or vocab.txt; and
    ///     what belongs to them.
    ///   - rules: What the architecture says.
    /// - Returns: The keys.
    /// - Throws: `RoostError` with code `unsupportedModel` for a tokenizer that the engine could not use, `invalidModelFile` for broken files,
    ///   `fileSystem` for files that cannot be read.
    public static func read(directory: FilePath, rules: TokenizerRules) throws -> Tokenizer {
        let source = try TokenizerSource(directory: directory)
        let kind = try TokenizerKind(source)
        guard rules.kinds.contains(kind) else {
            throw RoostError(.unsupportedModel, "The repository has a tokenizer of the kind \(kind), which models of this architecture do not have.")
        }
        return switch kind {
        case .bytePair: try bytePair(source, rules)
        case .sentencePiece: try sentencePiece(source, rules)
        case .wordPiece: try wordPiece(source, rules)
        }
    }
}

// MARK: - Kinds

extension Tokenizer {
    private static func bytePair(_ source: TokenizerSource, _ rules: TokenizerRules) throws -> Tokenizer {
        let pairs = try BytePairVocabulary(source)
        let added = try AddedTokens(source, ids: pairs.tokens.ids, limit: rules.vocabularySize ?? .max)
        let vocabulary = try Vocabulary(pairs.tokens, added: added.tokens, size: rules.vocabularySize)
        let preTokenizer = try rules.preTokenizer.map(PreTokenizer.init(named:)) ?? PreTokenizer(pairs, source, added: added.tokens)
        var builder = TokenizerBuilder(source, rules, vocabulary, notes: [preTokenizer.note] + added.notes)
        builder.writeVocabulary(model: "gpt2", pre: preTokenizer.name)
        if !pairs.merges.isEmpty { builder.keys.set("tokenizer.ggml.merges", .array(.string(pairs.merges))) }
        try builder.writeSpecialTokens(added: added.tokens, mustBegin: true)
        return builder.finish(.bytePair)
    }

    private static func sentencePiece(_ source: TokenizerSource, _ rules: TokenizerRules) throws -> Tokenizer {
        let model = try source.bytes("tokenizer.model")
        let pieces = try model.map { try SentencePieceVocabulary(model: $0, source, rules) } ?? SentencePieceVocabulary(source, rules)
        var builder = TokenizerBuilder(source, rules, pieces.vocabulary, notes: pieces.notes)
        builder.writeVocabulary(model: "llama", pre: "default")
        try builder.writeSpecialTokens(added: source.tokensOfSettings() ?? [], mustBegin: false)
        if model == nil { builder.writeSpacePrefixOfTokenizer() }
        return builder.finish(.sentencePiece)
    }

    private static func wordPiece(_ source: TokenizerSource, _ rules: TokenizerRules) throws -> Tokenizer {
        let pieces = try WordPieceVocabulary(source)
        let added = try AddedTokens(source, ids: pieces.tokens.ids, limit: rules.vocabularySize ?? .max)
        var vocabulary = try Vocabulary(pieces.tokens, added: added.tokens, size: rules.vocabularySize)
        try vocabulary.markWordBegins()
        let preTokenizer = try rules.preTokenizer.map(PreTokenizer.init(named:)) ?? PreTokenizer(pieces, source, added: added.tokens)
        var builder = TokenizerBuilder(source, rules, vocabulary, notes: [preTokenizer.note] + added.notes)
        builder.writeVocabulary(model: "bert", pre: preTokenizer.name)
        try builder.writeSpecialTokens(added: added.tokens, mustBegin: false)
        builder.writeNormalizer()
        return builder.finish(.wordPiece)
    }
}
