import RoostCore

/// BERT's old vocab.txt with one token per line. It is converted to the same tokenizer.json as by transformers, so that
/// only one kind of file is read.
struct BERTVocabularyFile {
    /// The special tokens of transformers' class.
    static let names: [String: ByteText] = ["unk": "[UNK]", "sep": "[SEP]", "pad": "[PAD]", "cls": "[CLS]", "mask": "[MASK]"]

    private let lines: [String]

    /// Parses the lines.
    ///
    /// - Throws: `RoostError` if the file is not a text.
    init(_ bytes: [UInt8]) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw RoostError(.invalidModelFile, "vocab.txt is not UTF-8.") }
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        self.lines = lines.map { String($0.last == "\r" ? $0.dropLast() : $0) }
    }

    /// Returns the tokenizer.json and the names of the special tokens.
    ///
    /// - Throws: `RoostError` if there are more lines than the maximum number of tokens.
    func converted() throws -> (JSONValue, [String: JSONValue]) {
        let quoted = lines.map(Self.quoted)
        let ids = Dictionary(zip(quoted, 0...)) { first, _ in first }
        let special = Self.names.mapValues { Self.quoted($0.description) }
        let added = special.values.sorted().compactMap { text in ids[text].map { #"{"id": \#($0), "content": \#(text), "special": true}"# } }
        func item(_ kind: String) -> String { #"{"SpecialToken": {"id": "[\#(kind)]"}}"# }
        let (text, pair) = (#"{"Sequence": {"id": "A"}}"#, #"{"Sequence": {"id": "B"}}"#)
        let template = ["CLS", "SEP"].compactMap { kind in ids["\"[\(kind)]\""].map { #""[\#(kind)]": {"ids": [\#($0)]}"# } }.joined(separator: ",")
        let json = """
            {"names": {\(special.map { #""\#($0)": \#($1)"# }.joined(separator: ","))}, "added_tokens": [\(added.joined(separator: ","))],
            "normalizer": {"type": "BertNormalizer", "lowercase": true}, "pre_tokenizer": {"type": "BertPreTokenizer"},
            "post_processor": {"type": "TemplateProcessing", "single": [\(item("CLS")), \(text), \(item("SEP"))],
            "pair": [\(item("CLS")), \(text), \(item("SEP")), \(pair), \(item("SEP"))], "special_tokens": {\(template)}},
            "model": {"type": "WordPiece", "vocab": {\(zip(quoted, 0...).map { "\($0): \($1)" }.joined(separator: ","))}}}
            """
        let root = try RoostError.describing("vocab.txt") { try JSONDocument(Array(json.utf8)).root }
        return (root, Self.names.keys.reduce(into: [:]) { $0[$1] = root["names"]?[$1] })
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\0"..." ": result += "\\u00" + UInt8(truncatingIfNeeded: scalar.value).hexadecimal
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
