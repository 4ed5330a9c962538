import Foundation

/// Encodes a text with all steps of tokenizer.json: added tokens, normalizer, words, tokens, and the template for
/// texts.
struct TextEncoder {
    private let splitters: [AddedTokenSplitter]
    private let template: TextTemplate
    private let composes: Bool
    private let encode: (String) throws -> [Int]?

    /// Creates the encoder for byte-level BPE.
    ///
    /// - Returns: `nil` if the files contain something unsupported.
    init?(_ vocabulary: BytePairVocabulary, _ source: TokenizerSource, added: [AddedToken], steps: [PreTokenizerStep]) {
        let normalizer = source.tokenizer?["normalizer"]
        let isNFC = normalizer?["type"]?.string == "NFC"
        guard normalizer == nil || normalizer?.isNull == true || isNFC else { return nil }
        let encoder = BytePairEncoder(vocabulary, steps: steps)
        self.init(source, ids: vocabulary.tokens.ids, added: added, composes: isNFC, encode: encoder.encode)
    }

    /// Creates the encoder for WordPiece.
    ///
    /// - Returns: `nil` if the files contain something unsupported.
    init?(_ vocabulary: WordPieceVocabulary, _ source: TokenizerSource, added: [AddedToken]) {
        guard let encoder = WordPieceEncoder(vocabulary, source) else { return nil }
        self.init(source, ids: vocabulary.tokens.ids, added: added, composes: false, encode: encoder.encode)
    }

    private init?(
        _ source: TokenizerSource, ids: [ByteText: Int], added: [AddedToken], composes: Bool, encode: @escaping (String) throws -> [Int]?
    ) {
        let addedIDs = Dictionary(added.map { ($0.content, $0.id) }) { $1 }
        guard let template = TextTemplate(source, id: { addedIDs[$0] ?? ids[$0] }) else { return nil }
        self.template = template
        self.composes = composes
        self.encode = encode
        splitters = [false, true].map { isNormalized in AddedTokenSplitter(added.filter { $0.isNormalized == isNormalized }) }
    }

    /// Returns the tokens of a text.
    ///
    /// - Parameters:
    ///   - text: Any text.
    ///   - withTemplate: Whether to add the tokens that begin and end every text.
    /// - Returns: `nil` if a step in the files is unknown.
    /// - Throws: The errors of Swift's regular expressions.
    func tokens(of text: String, withTemplate: Bool) throws -> [Int]? {
        var result: [Int] = []
        for part in splitters[0].split(text).flatMap(normalized) {
            switch part {
            case .token(let id): result.append(id)
            case .text(let text):
                guard let ids = try encode(text) else { return nil }
                result += ids
            }
        }
        return withTemplate ? template.before + result + template.behind : result
    }

    private func normalized(_ part: AddedTokenSplitter.Part) -> [AddedTokenSplitter.Part] {
        guard case .text(let text) = part else { return [part] }
        return splitters[1].split(composes ? text.precomposedStringWithCanonicalMapping : text)
    }
}
