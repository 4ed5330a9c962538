import Engines
import ModelFormats
import RoostCore

extension FieldRule {
    /// The fields of `POST /v1/chat/completions` that are passed on: OpenAI's fields that llama-server implements, and
    /// its own that shape an answer.
    static let completions: Rules = Array([conversation, amounts, probabilities, sampling, constraints, delivery, unavailable].joined())

    private static let conversation: Rules = [
        // First what a prompt begins with, so that bodies of prompts with the same begin have the same begin too.
        ("tools", .written(ToolChoice.write(tools:_:_:))), ("functions", .written(ToolChoice.write(functions:_:_:))),
        ("messages", .objects(1...10_000, CompletionMessage.rules, CompletionMessage.check)),
        ("tool_choice", .written(ToolChoice.write(choice:_:_:))), ("function_call", .written(ToolChoice.write(older:_:_:))),
        ("parallel_tool_calls", .flag),
        ("reasoning_effort", .text(32)), ("reasoning_format", .word(["none", "auto", "deepseek", "deepseek-legacy"])),
        ("reasoning_budget_tokens", .whole(-1...1_000_000)), ("thinking_budget_tokens", .whole(-1...1_000_000)),
        ("chat_template_kwargs", .json(JSONBound(bytes: 16 << 10, values: 256, depth: 8), requireObject)),
        ("add_generation_prompt", .flag), ("continue_final_message", .flag),
    ]

    /// The fields of a tool.
    static let tool: Rules = [("type", .word(["function"])), ("function", .object(function))]

    /// The fields of a function.
    static let function: Rules = [
        ("name", .text(256)), ("description", .text(16 << 10)),
        (
            "parameters",
            .written { value, fields, body in
                try write(schema: value, "parameters", of: fields, isExact: fields.bool("strict", default: false), to: &body)
            }
        ), ("strict", .flag),
    ]

    /// How much is generated.
    static let amounts: Rules = [
        ("max_tokens", .whole(1...1_000_000)), ("max_completion_tokens", .whole(1...1_000_000)), ("n_predict", .whole(-1...1_000_000)),
        ("n", .whole(1...EnginePlan.mostSlots)), ("n_cmpl", .written(write(answers:_:_:))), ("t_max_predict_ms", .whole(-1...86_400_000)),
    ]

    private static let probabilities: Rules = [
        ("logprobs", .written(write(probabilities:_:_:))), ("top_logprobs", .written(checkProbabilities(_:_:_:))),
        ("n_probs", .whole(0...20)), ("post_sampling_probs", .flag),
    ]

    /// How each token is chosen.
    static let sampling: Rules = [
        ("temperature", .number(0...10)), ("top_p", .number(0...1)), ("min_p", .number(0...1)), ("typical_p", .number(0...1)),
        ("top_k", .whole(-1...1_000_000)), ("top_n_sigma", .number(-1...100)), ("min_keep", .whole(0...1000)), ("seed", .whole(-1...4_294_967_295)),
        ("frequency_penalty", .number(-2...2)), ("presence_penalty", .number(-2...2)), ("repeat_penalty", .number(0...10)),
        ("repeat_last_n", .whole(0...65_536)), ("dry_multiplier", .number(0...100)), ("dry_base", .number(0...100)),
        ("dry_allowed_length", .whole(0...65_536)), ("dry_penalty_last_n", .whole(0...65_536)),
        ("dry_sequence_breakers", .json(strings) { try check(strings: $0, $1, most: 4, bytes: 40) }),
        ("xtc_probability", .number(0...1)), ("xtc_threshold", .number(0...1)), ("mirostat", .whole(0...2)), ("mirostat_tau", .number(0...100)),
        ("mirostat_eta", .number(0...100)), ("dynatemp_range", .number(0...10)), ("dynatemp_exponent", .number(0...10)),
        ("samplers", .json(strings, SamplerNames.check)), ("ignore_eos", .flag),
        ("logit_bias", .json(JSONBound(bytes: 64 << 10, values: 4097, depth: 2), checkBias)),
    ]

    /// What an answer must look like.
    private static let constraints: Rules = [
        ("stop", .json(strings) { try check(strings: $0, $1, most: 16, bytes: 256) }), ("grammar", grammar),
        ("json_schema", schema("json_schema")),
        (
            "response_format",
            .object([
                ("type", .word(["text", "json_object", "json_schema"])), ("schema", schema("schema")),
                // The name that huggingface_hub gives the schema.
                (
                    "value",
                    .written { value, fields, body in
                        guard fields.value("schema") == nil else { return }
                        try write(schema: value, "value", as: "schema", of: fields, isExact: true, to: &body)
                    }
                ),
                (
                    "json_schema",
                    .object([
                        ("name", .text(256)), ("strict", .flag),
                        (
                            "schema",
                            .written { value, fields, body in
                                try write(schema: value, "schema", of: fields, isExact: fields.bool("strict", default: true), to: &body)
                            }
                        ),
                    ])
                ),
            ])
        ),
    ]

    /// A grammar in llama.cpp's notation.
    static let grammar = FieldRule.json(JSONBound(bytes: 256 << 10, values: 1, depth: 0)) { try GrammarBounds.check(grammar: $0, $1) }

    /// How the answer is sent.
    static let delivery: Rules = [
        ("stream", .flag), ("stream_options", .object([("include_usage", .flag)])), ("cache_prompt", .flag), ("timings_per_token", .flag),
        ("return_progress", .flag), ("return_tokens", .flag),
    ]

    private static let unavailable: Rules = [
        (
            "modalities",
            .refused("may only be [\"text\"]: models answer in text here.", unless: { $0.elements?.allSatisfy { $0.string == "text" } ?? false })
        ),
        ("audio", .refused("is not supported: models answer in text here.")),
        ("web_search_options", .refused("is not supported: models search no web here.")),
        ("lora", .refused("is not supported: models are loaded without adapters.")), ("prompt", .refused("is not supported here: use `messages`.")),
    ]

    /// The rule of a field with a JSON schema that an answer must match.
    static func schema(_ name: String) -> FieldRule {
        .written { value, fields, body in try write(schema: value, name, of: fields, isExact: true, to: &body) }
    }

    private static let schemaBound = JSONBound(bytes: 1 << 20, values: 100_000, depth: 64)

    /// Writes a JSON schema.
    ///
    /// - Parameters:
    ///   - schema: The schema.
    ///   - name: The name of the field.
    ///   - engineName: The engine's name of it; `nil` for the same.
    ///   - fields: The fields around it.
    ///   - isExact: Whether a schema of which an engine would ignore a part is refused.
    ///   - body: Receives it.
    /// - Throws: `RoostError` with code `invalidRequest`.
    private static func write(
        schema: JSONValue, _ name: String, as engineName: String? = nil, of fields: RequestFields, isExact: Bool, to body: inout EngineBody
    ) throws {
        let fullName = fields.fullName(name)
        try schemaBound.check(schema, fullName)
        try GrammarBounds.check(schema: schema, fullName)
        if isExact { try SchemaSupport(schema).check(fullName) }
        body.next(engineName ?? name)
        body.write(schema)
    }
}

// MARK: - Probabilities

extension FieldRule {
    /// Writes `logprobs` with the number of tokens at each place: llama-server gives 20 when it is missing, and no
    /// probabilities at all for 0.
    @Sendable private static func write(probabilities value: JSONValue, _ fields: RequestFields, _ body: inout EngineBody) throws {
        let isOn = try fields.bool("logprobs", default: false)
        let count = try fields.int("top_logprobs", in: 0...20, default: 0)
        body.next("logprobs")
        body.write(value)
        guard isOn else { return }
        body.next("top_logprobs")
        body.write(number: max(1, count))
    }

    /// Writes `n_cmpl`, the engine's own name of `n`. It would use only one of both.
    @Sendable private static func write(answers value: JSONValue, _ fields: RequestFields, _ body: inout EngineBody) throws {
        _ = try fields.optionalInt("n_cmpl", in: 1...EnginePlan.mostSlots)
        guard fields.value("n") == nil else { throw fields.refusal(of: "n_cmpl", "means the same as `n`: send only one of both.") }
        body.next("n_cmpl")
        body.write(value)
    }

    /// Checks `top_logprobs`, which is written with `logprobs`.
    @Sendable private static func checkProbabilities(_ value: JSONValue, _ fields: RequestFields, _ body: inout EngineBody) throws {
        let count = try fields.int("top_logprobs", in: 0...20, default: 0)
        guard try count == 0 || fields.bool("logprobs", default: false) else {
            throw fields.refusal(of: "top_logprobs", "needs `logprobs`: true.")
        }
    }
}

// MARK: - Checks

extension FieldRule {
    static let strings = JSONBound(bytes: 16 << 10, values: 33, depth: 1)

    @Sendable private static func requireObject(_ value: JSONValue, _ name: String) throws {
        guard value.members == nil else { return }
        throw RoostError(.invalidRequest, "`\(name)` must be an object; it is \(value.describedForPeople).", field: name)
    }

    /// Checks a string, or an array of strings.
    static func check(strings value: JSONValue, _ name: String, most: Int, bytes: Int) throws {
        let all = value.isString ? [value] : value.list
        guard value.isString || value.elements != nil, all.count <= most, all.allSatisfy({ $0.string.map { $0.utf8.count <= bytes } ?? false }) else {
            throw RoostError(
                .invalidRequest, "`\(name)` must be a string of at most \(bytes) bytes, or an array of at most \(most) such strings.", field: name)
        }
    }

    /// Checks an object of tokens and their biases, or an array of pairs; `false` bans a token.
    @Sendable private static func checkBias(_ value: JSONValue, _ name: String) throws {
        func isBias(_ value: JSONValue) -> Bool { value.bool == false || value.double.map { (-100...100).contains($0) } ?? false }
        func isToken(_ value: JSONValue) -> Bool { value.int != nil || value.string.map { $0.utf8.count <= 64 } ?? false }
        let isRight =
            value.members?.allSatisfy { isToken($0.key) && isBias($0.value) }
            ?? value.elements?.allSatisfy { $0.elements?.count == 2 && isToken($0.list[0]) && isBias($0.list[1]) } ?? false
        guard isRight else {
            throw RoostError(
                .invalidRequest,
                "`\(name)` must be an object of tokens and their biases, numbers from -100 to 100 or false, such as {\"15043\":-100}.", field: name)
        }
    }
}
