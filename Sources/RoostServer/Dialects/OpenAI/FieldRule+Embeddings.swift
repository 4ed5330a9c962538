import ModelFormats
import RoostCore

extension FieldRule {
    private static let mostTexts = 2048

    /// The fields of `POST /v1/embeddings` that are passed on.
    static let embeddings: Rules = [
        ("input", .json(JSONBound(bytes: 64 << 20, values: 1_000_000, depth: 2)) { try check(texts: $0, $1, most: mostTexts) }),
        (
            "encoding_format",
            .written { value, fields, body in
                let format = value.string ?? ""
                guard ["float", "base64"].contains(format) else {
                    throw fields.refusal(of: "encoding_format", "must be one of float, base64; it is \(value.describedForPeople).")
                }
                // Vectors that are shortened are encoded afterwards.
                guard fields.value("dimensions") == nil else { return }
                body.next("encoding_format")
                body.write(string: format)
            }
        ),
        ("embd_normalize", .whole(-1...100)),
        ("content", .refused("is not supported: use `input`.")), ("truncate", .refused("is not supported: a text that is too long is refused.")),
    ]

    /// Checks a text, an array of texts, a text as token numbers, possibly with texts between them, or an array of those.
    static func check(texts value: JSONValue, _ name: String, most: Int) throws {
        if isText(value) || isTokens(value) { return }
        guard let texts = value.elements, (1...most).contains(texts.count) else { throw wrong(name, value, most) }
        for (index, text) in texts.enumerated() where !isText(text) && !isTokens(text) { throw wrong("\(name)[\(index)]", text, most) }
    }

    /// The largest token number in texts that were checked; `nil` if there is none.
    static func largestToken(in value: JSONValue?) -> Int? {
        guard let elements = value?.elements else { return nil }
        return elements.reduce(nil as Int?) { largest, element in
            guard let token = element.int ?? largestToken(in: element) else { return largest }
            return max(largest ?? token, token)
        }
    }

    /// The bytes of the longest text in texts that were checked.
    static func longestText(in value: JSONValue?) -> Int {
        guard let value else { return 0 }
        guard let elements = value.elements, !isTokens(value) else { return textBytes(value) }
        return elements.map(textBytes).max() ?? 0
    }

    /// The bytes of a text, or of the texts between token numbers.
    static func textBytes(_ value: JSONValue) -> Int {
        value.elements.map { $0.reduce(0) { $0 + textBytes($1) } } ?? value.text?.bytes.count ?? 0
    }

    private static func isText(_ value: JSONValue) -> Bool { value.string.map { !$0.isEmpty } ?? false }

    /// Whether the value is one text as an array of token numbers, possibly with texts between them.
    static func isTokens(_ value: JSONValue) -> Bool {
        guard let pieces = value.elements, pieces.contains(where: isToken) else { return false }
        return pieces.allSatisfy { isToken($0) || $0.isString }
    }

    /// Whether the value is a token number.
    static func isToken(_ value: JSONValue) -> Bool { value.int.map { (0...Int(Int32.max)).contains($0) } ?? false }

    private static func wrong(_ name: String, _ value: JSONValue, _ most: Int) -> RoostError {
        RoostError(
            .invalidRequest,
            "`\(name)` must be a text that is not empty, token numbers, or an array of 1 to \(most) of these; it is \(value.string == "" ? "empty" : value.describedForPeople).",
            field: name)
    }
}
