import ModelFormats
import RoostCore

extension FieldRule {
    private static let mostTexts = 2048

    /// The fields of `POST /v1/embeddings` that are passed on.
    static let embeddings: Rules = [
        ("input", .json(JSONBound(bytes: 64 << 20, values: 1_000_000, depth: 2), checkInput)),
        ("encoding_format", .word(["float", "base64"])), ("embd_normalize", .whole(-1...100)),
        ("dimensions", .refused("is not supported: models give vectors of their own length here.")),
        ("content", .refused("is not supported: use `input`.")), ("truncate", .refused("is not supported: a text that is too long is refused.")),
    ]

    /// Checks a text, an array of texts, a text as token numbers, or an array of those.
    @Sendable private static func checkInput(_ value: JSONValue, _ name: String) throws {
        if isText(value) || isTokens(value) { return }
        guard let texts = value.elements, (1...mostTexts).contains(texts.count) else { throw wrong(name, value) }
        for (index, text) in texts.enumerated() where !isText(text) && !isTokens(text) { throw wrong("\(name)[\(index)]", text) }
    }

    private static func isText(_ value: JSONValue) -> Bool { value.string.map { !$0.isEmpty } ?? false }

    private static func isTokens(_ value: JSONValue) -> Bool {
        guard let tokens = value.elements, tokens.count > 0 else { return false }
        return tokens.allSatisfy { $0.int.map { (0...Int(Int32.max)).contains($0) } ?? false }
    }

    private static func wrong(_ name: String, _ value: JSONValue) -> RoostError {
        RoostError(
            .invalidRequest,
            "`\(name)` must be a text that is not empty, token numbers, or an array of 1 to \(mostTexts) of these; it is \(value.string == "" ? "empty" : value.describedForPeople).",
            field: name)
    }
}
