import ModelFormats
import Testing

@testable import Engines

/// The choice between flash attention and scores in memory.
@Suite struct ProcessorAttentionTests {
    private func facts(heads: Int, hasDevices: Bool = false, _ change: (inout ModelFacts) -> Void = { _ in }) -> ModelFacts {
        var facts = ModelFacts()
        var shape = ModelShape()
        shape.heads = heads
        (facts.shape, facts.contextLength, facts.hasDevices) = (shape, 131_072, hasDevices)
        change(&facts)
        return facts
    }

    private func plan(_ facts: ModelFacts, _ length: Int) -> EnginePlan { EnginePlan(facts, wantedContext: length, availableMemory: 64 << 30) }

    @Test(arguments: [(9, 8192, 32, true), (32, 8192, 32, true), (32, 32_768, 16, true), (32, 32_768, 32, false), (32, 8192, 128, false)])
    func `on processors there is no flash attention while the scores of a step fit`(heads: Int, length: Int, step: Int, avoids: Bool) {
        #expect(plan(facts(heads: heads), length).avoidsFlashAttention(promptStep: step) == avoids)
    }

    @Test func `the engine chooses with devices, without a known number of heads, and what a calibration says counts`() {
        let unknown = [
            facts(heads: 9, hasDevices: true), facts(heads: 0), facts(heads: 9) { $0.shape = nil },
            facts(heads: 9) { $0.tuning.flashAttention = true }, facts(heads: 9) { $0.tuning.cacheType = .q8 },
            facts(heads: 9) { $0.makesEmbeddings = true },
        ]
        for facts in unknown { #expect(!plan(facts, 4096).avoidsFlashAttention(promptStep: 32)) }
    }

    @Test(arguments: [(2, 4096, Int64(4 * 2 * 512 * 4096)), (64, 32_768, 64 << 20)])
    func `the memory of the scores is counted, at most as much as they may need`(heads: Int, length: Int, bytes: Int64) {
        let (alone, beside) = (facts(heads: heads), facts(heads: heads, hasDevices: true))
        #expect(MemoryEstimate(alone, plan(alone, length)).compute - MemoryEstimate(beside, plan(beside, length)).compute == bytes)
    }
}
