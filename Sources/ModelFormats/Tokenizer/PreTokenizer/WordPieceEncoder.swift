import Foundation

/// Encodes a text with BERT's WordPiece, like the tokenizers library, to recognize known vocabularies.
struct WordPieceEncoder {
    private let vocabulary: WordPieceVocabulary
    private let cleansText: Bool
    private let separatesChinese: Bool
    private let stripsAccents: Bool
    private let lowercases: Bool

    /// Reads BERT's normalizer from the files.
    ///
    /// - Returns: `nil` for any other normalizer.
    init?(_ vocabulary: WordPieceVocabulary, _ source: TokenizerSource) {
        let normalizer = source.tokenizer?["normalizer"]
        let preTokenizer = source.tokenizer?["pre_tokenizer"]?["type"]?.string
        if source.tokenizer != nil {
            guard normalizer?["type"]?.string == "BertNormalizer", preTokenizer == "BertPreTokenizer" else { return nil }
        }
        self.vocabulary = vocabulary
        // The classes of transformers configure the normalizer from tokenizer_config.json, or with their defaults.
        let hasClass = source.settings?["tokenizer_class"]?.string?.hasPrefix("Bert") ?? (source.tokenizer == nil)
        cleansText = normalizer?["clean_text"]?.bool ?? true
        lowercases = hasClass ? source.settings?["do_lower_case"]?.bool ?? true : normalizer?["lowercase"]?.bool ?? true
        separatesChinese =
            hasClass ? source.settings?["tokenize_chinese_chars"]?.bool ?? true : normalizer?["handle_chinese_chars"]?.bool ?? true
        stripsAccents = (hasClass ? source.settings?["strip_accents"] : normalizer?["strip_accents"])?.bool ?? lowercases
    }

    /// Returns the tokens of a text without added tokens.
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

    /// Splits a text at white space; each punctuation character is a word.
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

    /// Returns the longest tokens from the left. A word with an unknown part is unknown.
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
    /// Whether it is invisible and not white space.
    fileprivate var isControl: Bool {
        guard self != "\t", self != "\n", self != "\r" else { return false }
        return switch properties.generalCategory {
        case .control, .format, .unassigned, .privateUse, .surrogate: true
        default: false
        }
    }

    /// Whether it is ASCII but not a letter, digit, space or control character.
    fileprivate var isASCIISymbol: Bool { isASCII && (33...126).contains(value) && !properties.isAlphabetic && properties.numericType == nil }

    /// Whether BERT treats the character as a separate word:
    /// https://github.com/google-research/bert/blob/master/tokenization.py
    fileprivate var isChinese: Bool {
        switch value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0xF900...0xFAFF,
            0x2F800...0x2FA1F:
            true
        default: false
        }
    }
}
