import Engines
import ModelFormats
import RoostCore

extension FieldRule {
    /// The fields of `POST /v1/chat/completions` that are passed on: OpenAI's fields that llama-server implements, and
    /// its own that shape an answer.
    static let completions: Rules = Array([conversation, amounts, sampling, constraints, delivery, unavailable].joined())

    private static let conversation: Rules = [
        // First what a prompt begins with, so that bodies of prompts with the same begin have the same begin too.
        ("tools", .objects(0...128, tool, { _ in })),
        ("messages", .objects(1...10_000, CompletionMessage.rules, CompletionMessage.check)),
        // llama-server treats any object as "auto".
        ("tool_choice", .word(["auto", "none", "required"])), ("parallel_tool_calls", .flag),
        ("reasoning_effort", .text(32)), ("reasoning_format", .word(["none", "auto", "deepseek", "deepseek-legacy"])),
        ("reasoning_budget_tokens", .whole(-1...1_000_000)), ("thinking_budget_tokens", .whole(-1...1_000_000)),
        ("chat_template_kwargs", .json(JSONBound(bytes: 16 << 10, values: 256, depth: 8), requireObject)),
        ("add_generation_prompt", .flag), ("continue_final_message", .flag),
    ]

    private static let tool: Rules = [
        ("type", .word(["function"])),
        ("function", .object([("name", .text(256)), ("description", .text(16 << 10)), ("parameters", schema), ("strict", .flag)])),
    ]

    private static let amounts: Rules = [
        ("max_tokens", .whole(1...1_000_000)), ("max_completion_tokens", .whole(1...1_000_000)), ("n_predict", .whole(-1...1_000_000)),
        ("n", .whole(1...EnginePlan.mostSlots)), ("n_cmpl", .whole(1...EnginePlan.mostSlots)), ("t_max_predict_ms", .whole(-1...86_400_000)),
        // llama-server reads a number as its own field `n_probs`.
        ("logprobs", .flag), ("top_logprobs", .whole(0...20)), ("n_probs", .whole(0...20)), ("post_sampling_probs", .flag),
    ]

    private static let sampling: Rules = [
        ("temperature", .number(0...10)), ("top_p", .number(0...1)), ("min_p", .number(0...1)), ("typical_p", .number(0...1)),
        ("top_k", .whole(-1...1_000_000)), ("top_n_sigma", .number(-1...100)), ("min_keep", .whole(0...1000)), ("seed", .whole(-1...4_294_967_295)),
        ("frequency_penalty", .number(-2...2)), ("presence_penalty", .number(-2...2)), ("repeat_penalty", .number(0...10)),
        ("repeat_last_n", .whole(0...65_536)), ("dry_multiplier", .number(0...100)), ("dry_base", .number(0...100)),
        ("dry_allowed_length", .whole(0...65_536)), ("dry_penalty_last_n", .whole(0...65_536)),
        ("dry_sequence_breakers", .json(strings) { try check(strings: $0, $1, most: 16, bytes: 64) }),
        ("xtc_probability", .number(0...1)), ("xtc_threshold", .number(0...1)), ("mirostat", .whole(0...2)), ("mirostat_tau", .number(0...100)),
        ("mirostat_eta", .number(0...100)), ("dynatemp_range", .number(0...10)), ("dynatemp_exponent", .number(0...10)),
        ("samplers", .json(strings) { try check(strings: $0, $1, most: 32, bytes: 32) }), ("ignore_eos", .flag),
        ("logit_bias", .json(JSONBound(bytes: 64 << 10, values: 4097, depth: 2), checkBias)),
    ]

    private static let constraints: Rules = [
        ("stop", .json(strings) { try check(strings: $0, $1, most: 16, bytes: 256) }),
        ("grammar", .json(JSONBound(bytes: 256 << 10, values: 1, depth: 0)) { try GrammarBounds.check(grammar: $0, $1) }),
        ("json_schema", schema),
        (
            "response_format",
            .object([
                ("type", .word(["text", "json_object", "json_schema"])), ("schema", schema),
                ("json_schema", .object([("name", .text(256)), ("strict", .flag), ("schema", schema)])),
            ])
        ),
    ]

    private static let delivery: Rules = [
        ("stream", .flag), ("stream_options", .object([("include_usage", .flag)])), ("cache_prompt", .flag), ("timings_per_token", .flag),
        ("return_progress", .flag), ("return_tokens", .flag),
    ]

    private static let schema = FieldRule.json(JSONBound(bytes: 1 << 20, values: 100_000, depth: 64)) { try GrammarBounds.check(schema: $0, $1) }

    private static let unavailable: Rules = [
        ("functions", .refused("is not supported: use `tools`.")), ("function_call", .refused("is not supported: use `tool_choice`.")),
        (
            "modalities",
            .refused("may only be [\"text\"]: models answer in text here.", unless: { $0.elements?.allSatisfy { $0.string == "text" } ?? false })
        ),
        ("audio", .refused("is not supported: models answer in text here.")),
        ("web_search_options", .refused("is not supported: models search no web here.")),
        ("lora", .refused("is not supported: models are loaded without adapters.")), ("prompt", .refused("is not supported here: use `messages`.")),
    ]
}

// MARK: - Checks

extension FieldRule {
    private static let strings = JSONBound(bytes: 16 << 10, values: 33, depth: 1)

    @Sendable private static func requireObject(_ value: JSONValue, _ name: String) throws {
        guard value.members == nil else { return }
        throw RoostError(.invalidRequest, "`\(name)` must be an object; it is \(value.describedForPeople).", field: name)
    }

    /// Checks a string, or an array of strings.
    private static func check(strings value: JSONValue, _ name: String, most: Int, bytes: Int) throws {
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
