import Foundation

/// Encodes a text as the tokenizers library does with BERT's WordPiece, so that we can see whether a vocabulary is a known one.
struct WordPieceEncoder {
    private let vocabulary: WordPieceVocabulary
    private let cleansText: Bool
    private let separatesChinese: Bool
    private let stripsAccents: Bool
    private let lowercases: Bool

    /// Takes BERT's normaliser from the files.
    ///
    /// - Returns: `nil` for any other one.
    init?(_ vocabulary: WordPieceVocabulary, _ source: TokenizerSource) {
        let normalizer = source.tokenizer?["normalizer"]
        let preTokenizer = source.tokenizer?["pre_tokenizer"]?["type"]?.string
        if source.tokenizer != nil {
            guard normalizer?["type"]?.string == "BertNormalizer", preTokenizer == "BertPreTokenizer" else { return nil }
        }
        self.vocabulary = vocabulary
        // The classes of transformers set the normaliser as tokenizer_config.json says, or as their defaults are.
        let hasClass = source.settings?["tokenizer_class"]?.string?.hasPrefix("Bert") ?? (source.tokenizer == nil)
        cleansText = normalizer?["clean_text"]?.bool ?? true
        lowercases = hasClass ? source.settings?["do_lower_case"]?.bool ?? true : normalizer?["lowercase"]?.bool ?? true
        separatesChinese =
            hasClass ? source.settings?["tokenize_chinese_chars"]?.bool ?? true : normalizer?["handle_chinese_chars"]?.bool ?? true
        stripsAccents = (hasClass ? source.settings?["strip_accents"] : normalizer?["strip_accents"])?.bool ?? lowercases
    }

    /// The tokens of a text that holds no added token.
    func encode(_ text: String) -> [Int] { words(of: normalized(text)).flatMap(encode) }

    private func normalized(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        if cleansText {
            scalars = scalars.filter { !$0.isControl && $0 != "\u{FFFD}" }.map { $0.properties.isWhitespace ? " " : $0 }
        }
        if separatesChinese { scalars = scalars.flatMap { $0.isChinese ? [" ", $0, " "] : [$0] } }
        var result = String(String.UnicodeScalarView(scalars))
        if stripsAccents {
            let decomposed = result.decomposedStringWithCanonicalMapping.unicodeScalars
            result = String(String.UnicodeScalarView(decomposed.filter { $0.properties.generalCategory != .nonspacingMark }))
        }
        return lowercases ? result.lowercased() : result
    }

    /// White space ends words, punctuation is one.
    private func words(of text: String) -> [[Unicode.Scalar]] {
        var words: [[Unicode.Scalar]] = [[]]
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace {
                words.append([])
            } else if scalar.properties.generalCategory.isPunctuation || scalar.isASCIISymbol {
                words += [[scalar], []]
            } else {
                words[words.count - 1].append(scalar)
            }
        }
        return words.filter { !$0.isEmpty }
    }

    /// The longest pieces from the left; a word with a part that is no piece is unknown.
    private func encode(_ word: [Unicode.Scalar]) -> [Int] {
        let unknown = vocabulary.tokens.ids[vocabulary.unknown].map { [$0] } ?? []
        guard word.count <= vocabulary.longestWord else { return unknown }
        var result: [Int] = []
        var begin = 0
        while begin < word.count {
            let ends = stride(from: word.count, to: begin, by: -1)
            func piece(to end: Int) -> Int? {
                vocabulary.tokens.ids[ByteText((begin > 0 ? "##" : "") + String(String.UnicodeScalarView(word[begin..<end])))]
            }
            guard let end = ends.first(where: { piece(to: $0) != nil }), let id = piece(to: end) else { return unknown }
            result.append(id)
            begin = end
        }
        return result
    }
}

extension Unicode.Scalar {
    /// Whether it shows nothing and is no white space.
    fileprivate var isControl: Bool {
        guard self != "\t", self != "\n", self != "\r" else { return false }
        return switch properties.generalCategory {
        case .control, .format, .unassigned, .privateUse, .surrogate: true
        default: false
        }
    }

    /// ASCII that is no letter, digit, space or control character.
    fileprivate var isASCIISymbol: Bool { isASCII && (33...126).contains(value) && !properties.isAlphabetic && properties.numericType == nil }

    /// Whether BERT sees a character of its own: https://github.com/google-research/bert/blob/master/tokenization.py
    fileprivate var isChinese: Bool {
        switch value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0xF900...0xFAFF,
            0x2F800...0x2FA1F:
            true
        default: false
        }
    }
}
