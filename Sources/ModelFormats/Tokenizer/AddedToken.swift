/// A token that is looked for in the text before anything else happens to it.
struct AddedToken: Sendable, Hashable {
    var id: Int
    var content: ByteText
    var isSpecial: Bool
    /// Looked for after the text was normalised, not before.
    var isNormalized = false
    /// Takes the white space before it.
    var stripsLeft = false
    /// Takes the white space behind it.
    var stripsRight = false
    /// Found only where no letter or digit touches it.
    var isSingleWord = false
}

extension AddedToken {
    /// Reads an entry of tokenizer.json's `added_tokens`, or of tokenizer_config.json's `added_tokens_decoder`, which has the id elsewhere.
    ///
    /// - Throws: `FormatProblem` for an entry without a text or a usable number.
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
    /// Whether a token is written by programs whatever its file says: repositories forget it, and llama.cpp's converter corrects them so.
    var looksSpecial: Bool {
        func is_(_ start: String, _ end: String) -> Bool { bytes.starts(with: start.utf8) && bytes.reversed().starts(with: end.utf8.reversed()) }
        return ["<pad>", "<mask>", "<2mass>", "[@BOS@]"].contains(self) || is_("<|", "|>") || is_("<｜", "｜>") || is_("<unused", ">")
    }

    /// With spaces for "▁", as text is that no program wrote.
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
