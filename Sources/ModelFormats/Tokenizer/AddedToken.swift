/// A token that is searched for in a text before any other processing.
struct AddedToken: Sendable, Hashable {
    var id: Int
    var content: ByteText
    var isSpecial: Bool
    /// Whether it is searched for after normalization, not before.
    var isNormalized = false
    /// Whether it includes the white space before it.
    var stripsLeft = false
    /// Whether it includes the white space after it.
    var stripsRight = false
    /// Whether it matches only if no letter or digit is adjacent.
    var isSingleWord = false
}

extension AddedToken {
    /// Parses an entry of tokenizer.json's `added_tokens`, or of tokenizer_config.json's `added_tokens_decoder`, where
    /// the id is the key.
    ///
    /// - Throws: `FormatProblem` for an entry without a text or a valid number.
    init(_ value: JSONValue, id: Int?) throws {
        guard let id, (0..<Vocabulary.largestSize).contains(id), let content = value["content"]?.text else {
            throw FormatProblem("one of its added tokens has no text or no usable number")
        }
        self.init(
            id: id, content: content, isSpecial: value["special"]?.bool ?? false, isNormalized: value["normalized"]?.bool ?? false,
            stripsLeft: value["lstrip"]?.bool ?? false, stripsRight: value["rstrip"]?.bool ?? false,
            isSingleWord: value["single_word"]?.bool ?? false)
    }
}

extension ByteText {
    /// Whether a token is a control token regardless of its flags. Some repositories lack the flag, and llama.cpp's
    /// converter corrects them in the same way.
    var looksSpecial: Bool {
        func is_(_ start: String, _ end: String) -> Bool { bytes.starts(with: start.utf8) && bytes.reversed().starts(with: end.utf8.reversed()) }
        return ["<pad>", "<mask>", "<2mass>", "[@BOS@]"].contains(self) || is_("<|", "|>") || is_("<｜", "｜>") || is_("<unused", ">")
    }

    /// The text with spaces instead of "▁", as in ordinary text.
    var withSpaces: ByteText {
        let mark = Array("▁".utf8)
        guard bytes.contains(mark[0]) else { return self }
        var result: [UInt8] = []
        var rest = bytes[...]
        while let first = rest.first {
            let isMark = rest.starts(with: mark)
            result.append(isMark ? UInt8(ascii: " ") : first)
            rest = rest.dropFirst(isMark ? mark.count : 1)
        }
        return ByteText(bytes: result)
    }
}
