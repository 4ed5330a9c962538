import ModelFormats

/// How an engine computes attention on processors: with all scores of a step in memory, or in one pass (flash attention),
/// which needs no such memory.
///
/// On processors the one pass of llama.cpp, build 11312, is the slower way: with 3,000 tokens in the context the sample
/// model generates 16 instead of 41 tokens per second, and beside three answers it reads a prompt five times more slowly.
struct ProcessorAttention: Sendable, Hashable {
    /// The most memory for the scores, in bytes. Beyond it the engine chooses.
    static let mostBytes: Int64 = 64 << 20

    /// The number of attention heads of a layer.
    let heads: Int

    /// The scores of one step in bytes: one number of 32 bits for each head, token of the step and token of the context.
    func bytes(step: Int, contextLength: Int) -> Int64 { Int64(4 * heads).clampedTimes(step).clampedTimes(contextLength) }

    /// Whether the scores of a step fit, so that one pass is not needed.
    func fits(step: Int, contextLength: Int) -> Bool { heads > 0 && bytes(step: step, contextLength: contextLength) <= Self.mostBytes }
}

extension EnginePlan {
    /// Whether the engine is started without flash attention, although no calibration says so.
    ///
    /// - Parameter promptStep: The number of prompt tokens per step.
    /// - Returns: `true` if it is.
    func avoidsFlashAttention(promptStep: Int) -> Bool {
        guard !makesEmbeddings, tuning.flashAttention == nil, tuning.cacheType == nil, let attention else { return false }
        return attention.fits(step: max(promptStep, companions.leastStep), contextLength: contextLength)
    }

    /// The most memory that the scores of a step need, in bytes.
    var scoreBytes: Int64 {
        guard let attention, tuning.flashAttention != true, tuning.cacheType == nil else { return 0 }
        return min(attention.bytes(step: step, contextLength: contextLength), ProcessorAttention.mostBytes)
    }
}
