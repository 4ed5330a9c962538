import ModelFormats

/// The memory that an engine will need, estimated from the head of its model's file before it starts, in bytes.
///
/// The rules are those of llama.cpp, build 11312, checked with `llama-server -lv 5`, which prints the size of each
/// buffer. No part is negative, and no sum overflows: what no memory could hold is `Int64.max`.
package struct MemoryEstimate: Sendable, Hashable {
    /// The weights of the model and of the files beside it.
    package let weights: Int64
    /// The keys and values of all tokens of all slots, and the states of recurrent layers.
    package let context: Int64
    /// The buffers of the computation, and the engine's program with its tables of the vocabulary.
    package let compute: Int64
    /// The states of earlier texts that the engine keeps to continue them.
    package let promptCache: Int64
    /// What is kept free because an estimate is none.
    package let margin: Int64

    /// The sum of all parts.
    package var total: Int64 { [weights, context, compute, promptCache, margin].reduce(Int64(0)) { $0.clampedPlus($1) } }

    /// Estimates the memory.
    ///
    /// - Parameters:
    ///   - facts: The properties of the model's files.
    ///   - plan: The options of the engine.
    package init(_ facts: ModelFacts, _ plan: EnginePlan) {
        let shape = facts.shape ?? ModelShape()
        weights = max(0, facts.weightBytes).clampedPlus(facts.companions.weightBytes)
        // A draft model has keys and values of the same tokens, and buffers of its own.
        let draft = facts.companions.draft?.shape
        context = Self.context(shape, plan).clampedPlus(draft.map { Self.context($0, plan) } ?? 0)
        compute = [Self.compute(shape, plan), draft.map { Self.compute($0, plan) } ?? 0, facts.companions.imageBytes, plan.scoreBytes]
            .reduce(Int64(0)) { $0.clampedPlus($1) }
        // A state to go back to holds the windows and the states of recurrent layers, but not the whole context.
        let state = shape.windowBytesPerToken.clampedTimes(min(shape.window, plan.contextLength)).clampedPlus(shape.stateBytes)
        let states = plan.makesEmbeddings ? 0 : state.clampedTimes(plan.slots * EnginePlan.windowStates)
        promptCache = Int64(plan.promptCacheMiB << 20).clampedPlus(states)
        let certain = weights.clampedPlus(context).clampedPlus(compute)
        margin = max(Self.leastMargin, certain / 20)
    }

    private static let leastMargin: Int64 = 32 << 20
    /// The program, its libraries and threads.
    private static let program: Int64 = 16 << 20
    /// The tables of the tokenizer for each token of the vocabulary: 360 were measured.
    private static let tokenBytes: Int64 = 400
    /// llama.cpp rounds a context up to a multiple of this number of tokens.
    private static let cells: Int64 = 256

    private static func context(_ shape: ModelShape, _ plan: EnginePlan) -> Int64 {
        let length = Int64(plan.contextLength).padded(to: cells)
        let window = Int64(shape.window).clampedPlus(Int64(plan.step)).padded(to: cells)
        let full = shape.fullBytesPerToken.clampedTimes(Int(length))
        let windows = shape.windowBytesPerToken.clampedTimes(Int(min(length, window)))
        var cache = full.clampedPlus(windows)
        // 34 bytes for 32 numbers, instead of 64.
        if plan.tuning.cacheType == .q8 { cache = cache / 32 * 17 }
        return cache.clampedPlus(shape.stateBytes).clampedTimes(plan.slots)
    }

    private static func compute(_ shape: ModelShape, _ plan: EnginePlan) -> Int64 {
        let rows = Int64(4 * shape.activations).clampedTimes(plan.step)
        // Which token may attend to which; embedding models compute each of these pairs at the same time.
        let pairs = Int64(plan.makesEmbeddings ? 64 : 2).clampedTimes(plan.step).clampedTimes(plan.contextLength)
        let answers = Int64(8 * shape.vocabulary).clampedTimes(plan.slots)
        let tables = tokenBytes.clampedTimes(shape.vocabulary)
        return [rows, pairs, answers, tables, program].reduce(Int64(0)) { $0.clampedPlus($1) }
    }
}
