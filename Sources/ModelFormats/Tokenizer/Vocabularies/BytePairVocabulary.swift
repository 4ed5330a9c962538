import RoostCore

/// A byte-level BPE vocabulary: tokens in GPT-2's alphabet of bytes, and the merges in order.
struct BytePairVocabulary: Sendable {
    let tokens: TokenIDs
    /// The merges as "left right", the ones with the lowest rank first.
    let merges: [ByteText]
    /// Whether a word that is a token is encoded as this token, regardless of the merges.
    let ignoresMerges: Bool

    /// Reads tokenizer.json, or otherwise vocab.json and merges.txt.
    ///
    /// - Throws: `RoostError` if there are none, or they are malformed.
    init(_ source: TokenizerSource) throws {
        if let model = source.tokenizer?["model"] {
            (tokens, merges) = try RoostError.describing("tokenizer.json") { try Self.read(model) }
            ignoresMerges = model["ignore_merges"]?.bool ?? false
            return
        }
        guard let vocabulary = try source.json("vocab.json"), let merges = try source.bytes("merges.txt") else {
            throw RoostError(.unsupportedModel, "The repository has no tokenizer.json, and not both of vocab.json and merges.txt.")
        }
        tokens = try RoostError.describing("vocab.json") { try TokenIDs(vocabulary) }
        self.merges = try RoostError.describing("merges.txt") { try Self.merges(ofLines: merges) }
        ignoresMerges = false
    }

    private static func read(_ model: JSONValue) throws -> (TokenIDs, [ByteText]) {
        for affix in ["continuing_subword_prefix", "end_of_word_suffix"] {
            // Old files contain "" for none.
            guard model[affix]?.text?.bytes.isEmpty ?? true else { throw FormatProblem("its BPE has a \(affix), which the engine does not know") }
        }
        guard let vocabulary = model["vocab"] else { throw FormatProblem("it has no vocabulary") }
        guard let merges = model["merges"]?.elements else { throw FormatProblem("it has no merges") }
        return (try TokenIDs(vocabulary), try merges.map(merge))
    }

    /// Parses a merge: "left right", or since transformers 4.45 a list of both, whose parts may contain spaces.
    private static func merge(_ value: JSONValue) throws -> ByteText {
        if let text = value.text { return text }
        guard let pair = value.elements, pair.count == 2 else { throw FormatProblem("one of its merges is no pair") }
        var result: [UInt8] = []
        for part in pair {
            guard let text = part.text else { throw FormatProblem("one of its merges is no pair of texts") }
            if !result.isEmpty { result.append(UInt8(ascii: " ")) }
            if text.bytes.contains(UInt8(ascii: " ")) {
                result += text.bytes.flatMap { $0 == UInt8(ascii: " ") ? Array("Ġ".utf8) : [$0] }
            } else {
                result += text.bytes
            }
        }
        return ByteText(bytes: result)
    }

    private static func merges(ofLines bytes: [UInt8]) throws -> [ByteText] {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw FormatProblem("it is not UTF-8") }
        let lines = bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
        // The first line may be a version.
        let pairs = lines.first?.first == UInt8(ascii: "#") ? lines.dropFirst() : lines[...]
        return try pairs.compactMap { line in
            let parts = line.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") })
            guard !parts.isEmpty else { return nil }
            guard parts.count == 2 else {
                throw FormatProblem("the line \(String(decoding: line, as: UTF8.self).quotedForPeople) is no pair")
            }
            return ByteText(bytes: parts[0] + [UInt8(ascii: " ")] + parts[1])
        }
    }
}
