import RoostCore

/// Whether a model thinks before its answer, and what the client gets of it.
struct MessageThinking: Sendable {
    /// The words of `thinking.type`.
    private enum Kind: String, CaseIterable {
        case enabled, disabled, adaptive
        case betweenTools = "between_tools"
    }

    private enum Display: String, CaseIterable {
        case summarized, omitted
    }

    /// What the client gets of the thoughts.
    enum Shown: Sendable {
        /// Their text.
        case text
        /// A block without a text.
        case block
        /// Nothing. Some models think all the same; the client gets pings meanwhile.
        case nothing
    }

    /// What the client gets.
    let shown: Shown
    /// The most tokens of the thoughts; `nil` for no limit.
    private let budget: Int?

    /// Reads `thinking`. Without it, a model that can answer without thoughts does.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field.
    init(_ fields: RequestFields) throws {
        guard fields.value("thinking") != nil else {
            (shown, budget) = (.nothing, nil)
            return
        }
        let thinking = try fields.object("thinking")
        let kind: Kind = try thinking.choice("type", default: nil)
        let display: Display = try thinking.choice("display", default: .summarized)
        shown = kind == .disabled ? .nothing : display == .omitted ? .block : .text
        budget = kind == .enabled ? try thinking.requiredInt("budget_tokens", in: 1...1_000_000) : nil
    }

    /// Writes the members of chat completions for it.
    func write(to body: inout EngineBody) {
        body.next("chat_template_kwargs")
        body.begin("{")
        body.write(flag: shown != .nothing, "enable_thinking")
        body.end("}")
        if let budget { body.write(number: budget, "reasoning_budget_tokens") }
    }
}

extension EngineBody {
    /// Writes a member that is a number.
    mutating func write(number: Int, _ name: String) {
        next(name)
        write(plain: "\(number)")
    }

    /// Writes a member that is true or false.
    mutating func write(flag: Bool, _ name: String) {
        next(name)
        write(plain: "\(flag)")
    }
}
