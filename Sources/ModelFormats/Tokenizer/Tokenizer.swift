import RoostCore
public import SystemPackage

/// A repository's tokenizer as the keys of a GGUF file, in the order of llama.cpp's converter (build 11434).
public struct Tokenizer: Sendable {
    /// The keys, including those of the chat template.
    public let keyValues: [GGUFKeyValue]
    /// The number of tokens, which is the required number of rows in the embedding.
    public let tokenCount: Int
    /// The kind of the tokenizer.
    public let kind: TokenizerKind
    /// Notes for the user: how the pre-tokenizer was determined, and what was ignored.
    public let notes: [String]

    /// Returns whether the vocabulary contains a token with a text.
    func has(_ text: ByteText) -> Bool {
        guard case .array(.string(let texts))? = keyValues.first(where: { $0.key == "tokenizer.ggml.tokens" })?.value else { return false }
        return texts.contains(text)
    }

    /// Reads a tokenizer.
    ///
    /// - Parameters:
    ///   - directory: The folder of the repository's files, or links to them: tokenizer.json, or tokenizer.model, or
    ///     vocab.json and merges.txt, or vocab.txt; with the files that belong to them.
    ///   - rules: The rules of the architecture.
    /// - Returns: The tokenizer.
    /// - Throws: `RoostError` with code `unsupportedModel` for a tokenizer that the engine cannot use,
    ///   `invalidModelFile` for malformed files, `fileSystem` for files that cannot be read.
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
