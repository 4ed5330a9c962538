import Engines
import ModelFormats
import RoostCore

extension FieldRule {
    private static let mostTexts = EnginePlan.mostSlots
    /// The most texts to rank.
    private static let mostDocuments = 1000
    /// The tokens of an answer without a limit in OpenAI's API of this name.
    private static let usualTokens = 16
    private static let limits = ["max_tokens", "max_completion_tokens", "n_predict"]

    /// Returns the most tokens of an answer to a text; `nil` if a field allows any number.
    static func answerTokens(ofText fields: RequestFields) -> Int? {
        limits.allSatisfy { fields.value($0) == nil } ? usualTokens : EngineRequest.answerTokens(of: fields)
    }

    /// The fields of `POST /v1/completions` that are passed on.
    static let texts: Rules = Array([textInput, amounts, sampling, textDelivery, unavailableForTexts].joined())

    private static let textInput: Rules = [
        (
            "prompt",
            .written { value, fields, body in
                try check(texts: value, "prompt", most: mostTexts)
                body.next("prompt")
                body.write(value)
                guard limits.allSatisfy({ fields.value($0) == nil }) else { return }
                body.next("max_tokens")
                body.write(number: usualTokens)
            }
        ),
        (
            "logprobs",
            .written { value, fields, body in
                let count = try fields.requiredInt("logprobs", in: 0...20)
                body.next("n_probs")
                body.write(number: max(1, count))
            }
        ),
        ("stop", .json(strings) { try check(strings: $0, $1, most: 16, bytes: 256) }), ("grammar", grammar),
        ("json_schema", schema("json_schema")),
    ]

    private static let textDelivery: Rules = delivery.filter { $0.name != "return_progress" }

    private static let unavailableForTexts: Rules = [
        ("echo", .refused("is not supported: the answer does not repeat the prompt.", unless: { $0.bool == false })),
        ("suffix", .refused("is not supported: models continue the text at its end.", unless: { $0.string?.isEmpty ?? false })),
        ("best_of", .refused("is not supported: ask for several answers with `n`, and choose among them.", unless: { $0.int == 1 })),
        ("messages", .refused("is not supported here: send it to /v1/chat/completions, or use `prompt`.")),
    ]

    /// The fields of `POST /v1/rerank` that are passed on.
    static let ranking: Rules = [
        ("query", .text(1 << 20)), ("documents", .written(write(documents:_:_:))), ("top_n", .whole(1...mostDocuments)),
        ("texts", .refused("is not supported: use `documents`.")),
    ]

    /// Writes the texts of documents, each a string or an object with `text`.
    @Sendable private static func write(documents value: JSONValue, _ fields: RequestFields, _ body: inout EngineBody) throws {
        let documents = try documents(of: fields)
        body.next("documents")
        body.begin("[")
        for document in documents {
            body.next(nil)
            body.write(document)
        }
        body.end("]")
    }

    /// Returns the texts of the documents to rank, in their order.
    static func documents(of fields: RequestFields) throws -> [JSONValue] {
        guard let elements = fields.value("documents")?.elements, (1...mostDocuments).contains(elements.count) else {
            throw fields.refusal(of: "documents", "must be an array of 1 to \(mostDocuments) texts.")
        }
        return try elements.enumerated().map { index, element in
            let text = element.isString ? element : element["text"] ?? element
            guard text.isString, text.string?.isEmpty == false else {
                throw fields.refusal(of: "documents[\(index)]", "must be a text that is not empty, or an object with such a `text`.")
            }
            return text
        }
    }

    /// The fields of `POST /tokenize` that are passed on.
    static let tokens: Rules = [
        ("content", .json(JSONBound(bytes: 64 << 20, values: 1_000_000, depth: 1), check(pieces:_:))), ("add_special", .flag),
        ("parse_special", .flag),
        ("with_pieces", .flag),
    ]

    /// The fields of `POST /detokenize` that are passed on.
    static let tokenText: Rules = [
        (
            "tokens",
            .json(JSONBound(bytes: 16 << 20, values: 1_000_000, depth: 1)) { value, name in
                guard value.elements?.allSatisfy(isToken) == true else {
                    throw RoostError(.invalidRequest, "`\(name)` must be an array of token numbers; it is \(value.describedForPeople).", field: name)
                }
            }
        )
    ]

    /// Checks a text, or an array of texts and token numbers.
    @Sendable private static func check(pieces value: JSONValue, _ name: String) throws {
        if value.isString { return }
        guard let pieces = value.elements, pieces.allSatisfy({ $0.isString || isToken($0) }) else {
            throw RoostError(
                .invalidRequest, "`\(name)` must be a text, or an array of texts and token numbers; it is \(value.describedForPeople).", field: name)
        }
    }
}
