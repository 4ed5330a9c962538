import RoostCore

/// An item of a response's output.
struct ResponseItem: Sendable {
    enum Content: Sendable {
        case reasoning
        case message
        case call(callID: String, name: String, isCustom: Bool)
    }

    enum Status: String, Sendable, Encodable {
        case inProgress = "in_progress"
        case completed, incomplete
    }

    let id: String
    let content: Content
    /// The text, or the arguments of a call.
    var text = ""
    var status = Status.inProgress
    /// The number of a call within the engine's answer.
    var callIndex: Int?

    /// The part of a message or of reasoning, as events have it.
    var part: Part {
        switch content {
        case .reasoning: Part(type: "reasoning_text", text: text)
        default: Part(type: "output_text", text: text, annotations: [], logprobs: [])
        }
    }

    /// A part with a text.
    struct Part: Encodable, Sendable {
        let type: String
        let text: String
        var annotations: [String]?
        var logprobs: [String]?
    }
}

extension ResponseItem: Encodable {
    private enum CodingKeys: String, CodingKey {
        case id, type, role, status, content, summary, name, arguments, input
        case callID = "call_id"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        // A part is there as soon as it has a text.
        let parts = text.isEmpty && status == .inProgress ? [] : [part]
        switch content {
        case .reasoning:
            try container.encode("reasoning", forKey: .type)
            try container.encode([String](), forKey: .summary)
            try container.encode(parts, forKey: .content)
        case .message:
            try container.encode("message", forKey: .type)
            try container.encode("assistant", forKey: .role)
            try container.encode(status, forKey: .status)
            try container.encode(parts, forKey: .content)
        case .call(let callID, let name, let isCustom):
            try container.encode(isCustom ? "custom_tool_call" : "function_call", forKey: .type)
            try container.encode(status, forKey: .status)
            try container.encode(callID, forKey: .callID)
            try container.encode(name, forKey: .name)
            if isCustom {
                try container.encode(CustomCall.input(text), forKey: .input)
            } else {
                try container.encode(text, forKey: .arguments)
            }
        }
    }
}
