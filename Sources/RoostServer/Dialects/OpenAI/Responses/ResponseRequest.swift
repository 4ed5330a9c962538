import ModelFormats
import NIOCore
import RoostCore

/// A validated body of `POST /v1/responses`.
struct ResponseRequest: Sendable {
    /// Fields of a chat that the API of responses does not have: those for Roost, and some of sampling.
    private static let options = ["keep_alive", "num_ctx", "context_length", "priority", "seed", "stop", "logit_bias", "top_k", "min_p"]

    let settings: ResponseSettings
    let input: ResponseInput
    /// The further fields, as the client gave them.
    private let options: [(name: String, value: JSONText)]

    /// Reads a body.
    ///
    /// - Parameters:
    ///   - fields: The fields.
    ///   - canStore: Whether responses are kept.
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(_ fields: RequestFields, canStore: Bool) throws {
        var settings = try ResponseSettings(fields)
        settings.stores = settings.stores && canStore
        if settings.isBackground, !settings.stores {
            throw fields.refusal(of: "background", "needs `store`: true, and a server that keeps responses (response_storage).")
        }
        self.settings = settings
        input = try ResponseInput(fields)
        options = Self.options.compactMap { name in fields.value(name).map { (name, JSONText($0)) } }
    }

    /// Returns what the engine is asked: a chat.
    ///
    /// - Parameter earlier: The items of the responses that this one continues.
    /// - Returns: The request.
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field.
    func engineRequest(after earlier: [JSONText] = []) throws -> EngineRequest {
        var body = EngineBody()
        body.begin("{")
        body.next("model")
        body.write(text: settings.model)
        settings.tools.write(to: &body)
        body.next("messages")
        try ResponseConversation.write(instructions: settings.instructions, earlier, input.items, to: &body)
        settings.write(to: &body)
        for (name, value) in options {
            body.next(name)
            body.write(json: value.bytes)
        }
        body.next("stream")
        body.write(json: "true".utf8)
        body.end("}")
        do {
            return try EngineRequest(completions: RequestFields(body: body.buffer))
        } catch let error as RoostError {
            throw Self.renamed(error)
        }
    }

    /// Returns an error about a field of a chat as one about the field of the response.
    private static func renamed(_ error: RoostError) -> RoostError {
        guard let field = error.field else { return error }
        func rename(_ text: String) -> String {
            text.replacing("].function.", with: "].").replacing("response_format.json_schema.", with: "text.format.")
                .replacing("response_format.", with: "text.format.").replacing("messages[", with: "input[")
        }
        return RoostError(error.code, rename(error.message), field: rename(field), retryAfter: error.retryAfter, cause: error)
    }
}

extension ResponseSettings {
    /// Writes the fields of a chat.
    fileprivate func write(to body: inout EngineBody) {
        for (name, value) in [
            ("temperature", temperature), ("top_p", topP), ("presence_penalty", presencePenalty), ("frequency_penalty", frequencyPenalty),
        ] {
            body.next(name)
            body.write(json: "\(value)".utf8)
        }
        if let maxOutputTokens {
            body.next("max_tokens")
            body.write(number: maxOutputTokens)
        }
        if !tools.tools.isEmpty {
            body.next("parallel_tool_calls")
            body.write(json: "\(parallelToolCalls)".utf8)
        }
        if let effort {
            body.next("reasoning_effort")
            body.write(text: effort)
        }
        writeFormat(to: &body)
    }

    private func writeFormat(to body: inout EngineBody) {
        guard let format = format?.value, let type = format["type"]?.string, type != "text" else { return }
        body.next("response_format")
        body.begin("{")
        body.next("type")
        body.write(text: type)
        if type == "json_schema" {
            body.next("json_schema")
            body.begin("{")
            for name in ["name", "strict", "schema"] {
                guard let value = format[name] else { continue }
                body.next(name)
                body.write(value)
            }
            body.end("}")
        }
        body.end("}")
    }
}
