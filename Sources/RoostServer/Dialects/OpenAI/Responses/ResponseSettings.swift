import HTTPServing
import ModelFormats
import RoostCore

/// The fields of `POST /v1/responses` that shape the answer, as the response repeats them.
struct ResponseSettings: Sendable {
    /// llama-server's own temperature and share of the most likely tokens. They are sent with each request, so that what
    /// the response repeats is what was used.
    private static let usual = (temperature: 0.8, topP: 0.95)
    private static let mostMetadata = 16

    /// The model as the client named it.
    let model: String
    let instructions: String?
    let previousID: String?
    let temperature: Double
    let topP: Double
    let presencePenalty: Double
    let frequencyPenalty: Double
    let maxOutputTokens: Int?
    let parallelToolCalls: Bool
    let effort: String?
    /// Whether the response is kept.
    var stores: Bool
    let isBackground: Bool
    let streams: Bool
    let format: JSONText?
    let metadata: JSONText
    let user: String?
    let safetyIdentifier: String?
    let promptCacheKey: String?
    let tools: ResponseTools

    /// Reads the fields.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(_ fields: RequestFields) throws {
        try Self.refuse(fields)
        model = try fields.string("model", maxBytes: 256)
        instructions = try fields.value("instructions").map { _ in try fields.string("instructions", maxBytes: 1 << 20) }
        previousID = try fields.value("previous_response_id").map { _ in try fields.string("previous_response_id", maxBytes: 128) }
        temperature = try fields.number("temperature", in: 0...10, default: Self.usual.temperature)
        topP = try fields.number("top_p", in: 0...1, default: Self.usual.topP)
        presencePenalty = try fields.number("presence_penalty", in: -2...2, default: 0)
        frequencyPenalty = try fields.number("frequency_penalty", in: -2...2, default: 0)
        maxOutputTokens = try fields.optionalInt("max_output_tokens", in: 1...1_000_000)
        parallelToolCalls = try fields.bool("parallel_tool_calls", default: true)
        effort = try fields.value("reasoning").flatMap { _ in try Self.effort(fields.object("reasoning")) }
        streams = try fields.bool("stream", default: false)
        isBackground = try fields.bool("background", default: false)
        stores = try fields.bool("store", default: true)
        format = try fields.value("text").flatMap { _ in try Self.format(fields.object("text")) }
        metadata = try Self.metadata(fields)
        user = try Self.word("user", fields)
        safetyIdentifier = try Self.word("safety_identifier", fields)
        promptCacheKey = try Self.word("prompt_cache_key", fields)
        tools = try ResponseTools(fields)
    }

    /// Refuses fields without which the answer would be wrong.
    private static func refuse(_ fields: RequestFields) throws {
        let refused: [(name: String, why: String)] = [
            ("conversation", "is not supported: continue a response with `previous_response_id`."),
            ("prompt", "is not supported: there are no stored prompts here. Send the text as `instructions` and `input`."),
        ]
        for (name, why) in refused where fields.value(name) != nil { throw fields.refusal(of: name, why) }
        if let truncation = fields.value("truncation")?.string, truncation != "disabled" {
            throw fields.refusal(of: "truncation", "may only be disabled: nothing is left out of a conversation here. Send less of it.")
        }
        let included = fields.value("include")?.list.compactMap(\.string) ?? []
        guard try fields.int("top_logprobs", in: 0...20, default: 0) == 0, !included.contains("message.output_text.logprobs") else {
            throw fields.refusal(of: "top_logprobs", "is not supported here: /v1/chat/completions gives probabilities.")
        }
    }

    private static func effort(_ reasoning: RequestFields) throws -> String? {
        try reasoning.value("effort").map { _ in try reasoning.string("effort", maxBytes: 32) }
    }

    private static func format(_ text: RequestFields) throws -> JSONText? {
        guard text.value("format") != nil else { return nil }
        let format = try text.object("format")
        let type = format.value("type")?.string ?? ""
        guard ["text", "json_object", "json_schema"].contains(type) else {
            throw format.refusal(of: "type", "must be one of text, json_object, json_schema.")
        }
        if type == "json_schema" {
            _ = try format.string("name", maxBytes: 256)
            _ = try format.object("schema")
        } else if let value = text.value("format") {
            return try ResponseTools.text(value, text.fullName("format"))
        }
        return JSONText(format.values)
    }

    private static func metadata(_ fields: RequestFields) throws -> JSONText {
        guard fields.value("metadata") != nil else { return JSONText.emptyObject }
        let metadata = try fields.object("metadata")
        let members = metadata.values.members.map { Array($0) } ?? []
        let isRight = members.allSatisfy { key, value in
            key.string.map { $0.utf8.count <= 256 } ?? false && value.string.map { $0.utf8.count <= 2048 } ?? false
        }
        guard members.count <= mostMetadata, isRight else {
            throw fields.refusal(of: "metadata", "must be an object of at most \(mostMetadata) short strings.")
        }
        return JSONText(metadata.values)
    }

    private static func word(_ name: String, _ fields: RequestFields) throws -> String? {
        try fields.value(name).map { _ in try fields.string(name, maxBytes: 512) }
    }
}
