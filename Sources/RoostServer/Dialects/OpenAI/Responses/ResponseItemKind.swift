import ModelFormats
import RoostCore

/// The kinds of items in a conversation.
enum ResponseItemKind: String, CaseIterable {
    case message, reasoning
    case functionCall = "function_call"
    case functionCallOutput = "function_call_output"
    case customCall = "custom_tool_call"
    case customCallOutput = "custom_tool_call_output"

    /// The names, for errors.
    static var listed: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// The ids of such items.
    var id: ResponseID {
        switch self {
        case .message: .message
        case .reasoning: .reasoning
        case .functionCall: .call
        case .functionCallOutput: .callOutput
        case .customCall: .customCall
        case .customCallOutput: .customCallOutput
        }
    }

    /// Refuses an item without what its kind needs.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field.
    func check(_ fields: RequestFields) throws {
        if fields.value("id") != nil { _ = try fields.string("id", maxBytes: 256) }
        switch self {
        case .message:
            let role: ResponseRole = try fields.choice("role", default: nil)
            guard let content = fields.value("content"), content.isString || content.elements != nil else {
                throw fields.refusal(of: "content", "must be a text, or an array of parts.")
            }
            if role != .user, role != .assistant { try ResponsePart.checkTexts(fields, "content") }
        case .reasoning: break
        case .functionCall, .customCall:
            for name in ["call_id", "name"] { _ = try fields.string(name, maxBytes: 256) }
            _ = try fields.string(self == .functionCall ? "arguments" : "input", maxBytes: 1 << 20)
        case .functionCallOutput, .customCallOutput:
            _ = try fields.string("call_id", maxBytes: 256)
            guard let output = fields.value("output"), output.isString || output.elements != nil else {
                throw fields.refusal(of: "output", "must be a text, or an array of parts.")
            }
        }
    }
}

/// The roles of messages in items.
enum ResponseRole: String, CaseIterable {
    case user, assistant, system, developer
}
