import ModelFormats
import RoostCore

/// What a request says about thinking: the field `think`.
enum OllamaThinking: Sendable, Hashable {
    case off, on
    case level(String)

    private static let levels = ["low", "medium", "high", "max"]

    /// Reads the field.
    ///
    /// - Returns: `nil` without the field: the model's template decides.
    static func reading(_ fields: RequestFields) throws -> OllamaThinking? {
        guard let value = fields.value("think") else { return nil }
        if let flag = value.bool { return flag ? .on : .off }
        guard let level = value.string, levels.contains(level) else {
            throw fields.refusal(of: "think", "must be true, false, or one of \(levels.joined(separator: ", ")); it is \(value.describedForPeople).")
        }
        return .level(level)
    }

    /// Writes the variables of chat templates that concern thinking.
    func write(to body: inout EngineBody) {
        body.next("chat_template_kwargs")
        switch self {
        case .off: body.write(json: #"{"enable_thinking":false}"#.utf8)
        case .on: body.write(json: #"{"enable_thinking":true}"#.utf8)
        case .level(let level): body.write(json: #"{"enable_thinking":true,"reasoning_effort":"\#(level)"}"#.utf8)
        }
    }
}
