/// One option of an engine with another value.
package enum TuningChange: Sendable, Hashable, CustomStringConvertible {
    case threads(Int)
    case slots(Int)
    case speculation(EngineTuning.Speculation)
    case flashAttention(Bool)
    case promptStep(Int)
    case cacheType(EngineTuning.CacheType)

    /// Returns the changes that a calibration tries, those that are likely to change most first. Fewer slots are none of
    /// them, because requests for several answers need them, nor are smaller steps, which read prompts more slowly.
    ///
    /// - Parameters:
    ///   - processors: The number of processors.
    ///   - threads: The configured number of threads, which is not changed; `nil` for the engine's choice.
    ///   - step: The number of prompt tokens per step.
    ///   - slots: The number of slots.
    ///   - mostSlots: The most slots for which there is memory.
    ///   - hasDraft: Whether a draft model guesses tokens.
    ///   - avoidsFlashAttention: Whether the default is no flash attention.
    /// - Returns: The changes.
    static func all(
        processors: Int, threads: Int?, step: Int, slots: Int, mostSlots: Int, hasDraft: Bool = false, avoidsFlashAttention: Bool = false
    ) -> [TuningChange] {
        // llama-server uses as many threads as there are processors, or their physical cores.
        let counts = threads == nil ? [processors / 2, processors - 1, processors / 4].filter { $0 > 0 && $0 < processors } : []
        var changes: [TuningChange] = []
        if EngineTuning.allowedSlots.contains(slots * 2), slots * 2 <= mostSlots { changes.append(.slots(slots * 2)) }
        for count in counts where !changes.contains(.threads(count)) { changes.append(.threads(count)) }
        changes.append(.flashAttention(avoidsFlashAttention))
        if !hasDraft { changes += EngineTuning.Speculation.allCases.map { .speculation($0) } }
        if PromptStep.allowed.contains(step * 2) { changes.append(.promptStep(step * 2)) }
        return changes + [.cacheType(.q8)]
    }

    /// Returns some options with this change; `nil` if they exclude each other.
    func applied(to tuning: EngineTuning) -> EngineTuning? {
        var tuning = tuning
        switch self {
        case .threads(let count): tuning.threads = count
        case .slots(let count): tuning.slots = count
        case .speculation(let kind): tuning.speculation = kind
        case .flashAttention(let isOn): tuning.flashAttention = isOn
        case .promptStep(let tokens): tuning.promptStep = tokens
        case .cacheType(let type): tuning.cacheType = type
        }
        return tuning.isValid ? tuning : nil
    }

    /// Whether the engine's answers change with it.
    var changesAnswers: Bool { if case .cacheType = self { true } else { false } }

    /// The change in words, such as `8 slots`.
    package var description: String {
        switch self {
        case .threads(let count): count == 1 ? "1 thread" : "\(count) threads"
        case .slots(let count): "\(count) slots"
        case .speculation(let kind): "speculation \(kind.rawValue)"
        case .flashAttention(let isOn): isOn ? "flash attention" : "no flash attention"
        case .promptStep(let tokens): "\(tokens) tokens per step"
        case .cacheType(let type): "context in \(type.rawValue)"
        }
    }
}
