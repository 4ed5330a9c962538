import HTTPTypes
import RoostCore

/// A response as the API has it: all fields that its specification requires.
struct ResponseObject: Sendable {
    enum Status: String, Sendable, Encodable {
        case queued
        case inProgress = "in_progress"
        case completed, incomplete, failed, cancelled
    }

    /// The tokens of a response, as the engine counted them.
    struct Usage: Sendable, Encodable {
        struct Input: Sendable, Encodable { let cached_tokens: Int }

        struct Output: Sendable, Encodable { let reasoning_tokens: Int }

        let input_tokens: Int
        let input_tokens_details: Input
        let output_tokens: Int
        let output_tokens_details: Output
        let total_tokens: Int
    }

    /// Why a response failed.
    struct Failure: Sendable, Encodable {
        let code: String
        let message: String

        init(_ error: RoostError) {
            code = (400..<500).contains(error.httpStatus.code) ? error.code.rawValue : "server_error"
            message = error.message
        }
    }

    let id: String
    let settings: ResponseSettings
    /// In seconds since 1970.
    let createdAt: Int
    var completedAt: Int?
    var status = Status.inProgress
    var output: [ResponseItem] = []
    var usage: Usage?
    var error: Failure?
}

extension ResponseObject: Encodable {
    private enum CodingKeys: String, CodingKey {
        case id, object, status, model, instructions, output, error, tools, truncation, text, temperature, reasoning, usage, store, background,
            metadata,
            user
        case createdAt = "created_at"
        case completedAt = "completed_at"
        case incompleteDetails = "incomplete_details"
        case previousID = "previous_response_id"
        case toolChoice = "tool_choice"
        case parallelToolCalls = "parallel_tool_calls"
        case topP = "top_p"
        case presencePenalty = "presence_penalty"
        case frequencyPenalty = "frequency_penalty"
        case topLogprobs = "top_logprobs"
        case maxOutputTokens = "max_output_tokens"
        case maxToolCalls = "max_tool_calls"
        case serviceTier = "service_tier"
        case safetyIdentifier = "safety_identifier"
        case promptCacheKey = "prompt_cache_key"
    }

    private struct Reasoning: Encodable {
        @ExplicitNull var effort: String?
        @ExplicitNull var summary: String?
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode("response", forKey: .object)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(completedAt, forKey: .completedAt)
        try container.encode(status, forKey: .status)
        try container.encode(status == .incomplete ? ["reason": "max_output_tokens"] : nil, forKey: .incompleteDetails)
        try container.encode(output, forKey: .output)
        try container.encode(error, forKey: .error)
        try container.encode(usage, forKey: .usage)
        try encodeSettings(to: &container)
        // What this server does not have is said as the API says it.
        try container.encode("disabled", forKey: .truncation)
        try container.encode(0, forKey: .topLogprobs)
        try container.encodeNil(forKey: .maxToolCalls)
        try container.encode("default", forKey: .serviceTier)
    }

    private func encodeSettings(to container: inout KeyedEncodingContainer<CodingKeys>) throws {
        try container.encode(settings.model, forKey: .model)
        try container.encode(settings.previousID, forKey: .previousID)
        try container.encode(settings.instructions, forKey: .instructions)
        try container.encode(settings.tools.tools, forKey: .tools)
        if let choice = settings.tools.choice {
            try container.encode(choice, forKey: .toolChoice)
        } else {
            try container.encode("auto", forKey: .toolChoice)
        }
        try container.encode(settings.parallelToolCalls, forKey: .parallelToolCalls)
        if let format = settings.format {
            try container.encode(["format": format], forKey: .text)
        } else {
            try container.encode(["format": ["type": "text"]], forKey: .text)
        }
        try container.encode(settings.topP, forKey: .topP)
        try container.encode(settings.presencePenalty, forKey: .presencePenalty)
        try container.encode(settings.frequencyPenalty, forKey: .frequencyPenalty)
        try container.encode(settings.temperature, forKey: .temperature)
        try container.encode(Reasoning(effort: settings.effort), forKey: .reasoning)
        try container.encode(settings.maxOutputTokens, forKey: .maxOutputTokens)
        try container.encode(settings.stores, forKey: .store)
        try container.encode(settings.isBackground, forKey: .background)
        try container.encode(settings.metadata, forKey: .metadata)
        try container.encode(settings.user, forKey: .user)
        try container.encode(settings.safetyIdentifier, forKey: .safetyIdentifier)
        try container.encode(settings.promptCacheKey, forKey: .promptCacheKey)
    }
}
