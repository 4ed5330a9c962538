import ModelFormats
import RoostCore

extension EnginePlan {
    /// A context is not shorter than this number of tokens, or the model's own if that is less, unless memory forces it.
    private static let shortestContext = 4096
    /// The text length in tokens that embedding models support if they were trained for it, whatever the configured
    /// context length.
    private static let longestText = 8192
    /// The longest context. A file can name any length.
    private static let longestContext = 1 << 20

    /// Chooses a plan for the available memory.
    ///
    /// With `wantedContext` 0, the context is the model's own, or, if memory is short, the largest power of two below it
    /// for which the keys and values of two slots take at most half of the memory. With another number, only the number
    /// of slots depends on the memory.
    ///
    /// - Parameters:
    ///   - facts: The properties of the model's files.
    ///   - wantedContext: The configured context length in tokens; 0 for the model's own, less if memory is short.
    ///   - availableMemory: The memory in bytes that the engine may use.
    ///   - isLastChance: Whether a context below 4096 tokens is better than no engine.
    ///   - need: Returns the memory in bytes that a plan needs; `nil` for the estimate.
    package init(
        _ facts: ModelFacts, wantedContext: Int, availableMemory: Int64, isLastChance: Bool = false, need: ((EnginePlan) -> Int64)? = nil
    ) {
        let choice = Choice(
            facts: facts, wanted: wantedContext, memory: availableMemory, need: need ?? { MemoryEstimate(facts, $0).total })
        self =
            facts.makesEmbeddings
            ? choice.embeddings : wantedContext > 0 ? choice.configured : choice.automatic(isLastChance: isLastChance)
    }

    /// A choice among plans for one model.
    private struct Choice {
        let facts: ModelFacts
        let wanted: Int
        let memory: Int64
        let need: (EnginePlan) -> Int64

        /// The length that the model was trained for; `nil` if its file does not contain it.
        private var trainedLength: Int? { facts.contextLength.map { min(max(1, $0), longestContext) } }

        /// The numbers of slots to try, the best first.
        private var slotCounts: [Int] {
            let best = facts.tuning.slots ?? mostSlots
            return [best] + [mostSlots, 2].filter { $0 < best }
        }

        private var free: String { "\(ByteCount(max(0, memory))) are free" }

        /// The configured context, with as many slots as fit.
        var configured: EnginePlan {
            let length = min(trainedLength ?? .max, wanted)
            let reason = length < wanted ? "\(length) as trained, which is less than the \(wanted) that are set" : "\(length) as set"
            let counts = slotCounts
            return first(of: counts, length) { reason + ($0 < counts[0] ? "; \($0) at once because \(free)" : "") }
                ?? plan(1, length, reason + "; one at a time because \(free)")
        }

        /// The context of a model for chat without a configured one.
        func automatic(isLastChance: Bool) -> EnginePlan {
            let trained = trainedLength ?? shortestContext
            let told = trainedLength == nil ? "\(trained) because the file does not tell the trained length" : "\(trained) as trained"
            let shortest = min(trained, shortestContext)
            let counts = slotCounts
            for length in [trained] + Self.powersOfTwo(below: trained, downTo: shortest) {
                let found = first(of: counts, length, mostContext: memory / 2) {
                    let slots = $0 == counts[0] ? "" : " for \($0) at once"
                    return length == trained && slots.isEmpty ? told : "\(trained) trained, \(length)\(slots) because \(free)"
                }
                if let found { return found }
            }
            let lengths = [shortest] + (isLastChance ? Self.powersOfTwo(below: shortest, downTo: 512) : [])
            let plans = lengths.map { plan(1, $0, "\(trained) trained, \($0) for one at a time because \(free)") }
            return plans.first(where: fits) ?? plans[plans.count - 1]
        }

        /// The plan of an embedding model. When a text is read in one step, each token may attend to each other one.
        var embeddings: EnginePlan {
            let trained = trainedLength ?? 512
            let base = wanted > 0 ? wanted : shortestContext
            // About 64 bytes for each pair of tokens, at most a quarter of the memory.
            let longest = [longestText, longestText / 2].first { Int64($0 * $0 * 64) <= memory / 4 } ?? base
            let length = min(trained, max(base, longest))
            let reason = length == trained ? "\(length) as trained" : "\(trained) trained, \(length) for texts that are read in one step"
            return first(of: [mostSlots, 2], length) { _ in reason } ?? plan(1, length, reason)
        }

        /// The first number of slots that fits into the memory.
        private func first(of slots: [Int], _ length: Int, mostContext: Int64 = .max, _ reason: (Int) -> String) -> EnginePlan? {
            for count in slots {
                let plan = plan(count, length, reason(count))
                if fits(plan), MemoryEstimate(facts, plan).context <= mostContext { return plan }
            }
            return nil
        }

        private func fits(_ plan: EnginePlan) -> Bool { need(plan) <= memory }

        private func plan(_ slots: Int, _ length: Int, _ reason: String) -> EnginePlan {
            var plan = EnginePlan(
                slots: slots, contextLength: length, reason: reason, makesEmbeddings: facts.makesEmbeddings, promptCacheMiB: promptCacheMiB,
                tuning: facts.makesEmbeddings ? EngineTuning() : facts.tuning)
            plan.companions = facts.companions
            plan.usesRoleLines = !facts.hasChatTemplate && !facts.makesEmbeddings
            if !facts.makesEmbeddings, !facts.hasDevices, let shape = facts.shape { plan.attention = ProcessorAttention(heads: shape.heads) }
            plan.ranksTexts = facts.ranksTexts
            plan.vocabularySize = facts.vocabularySize
            plan.marks = facts.marks
            plan.callsTools = facts.callsTools
            return plan
        }

        /// At most a sixteenth of the memory.
        private var promptCacheMiB: Int { facts.makesEmbeddings ? 0 : Int(min(512, max(0, memory) >> 24 / 32 * 32)) }

        private static func powersOfTwo(below length: Int, downTo least: Int) -> [Int] {
            sequence(first: 1 << 30) { $0 / 2 }.prefix { $0 >= least }.filter { $0 < length }
        }
    }
}
