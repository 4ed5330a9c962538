import Testing

@testable import Engines

/// The number of prompt tokens in one step.
@Suite struct PromptStepTests {
    @Test(arguments: [(260.0, 32), (191, 16), (192, 32), (383, 32), (384, 64), (100, 16), (10, 16), (0.001, 16), (4000, 512), (50_000, 2048)])
    func `a step has the largest power of two that fits into a quarter of a second in the middle of a long prompt`(speed: Double, tokens: Int) {
        #expect(PromptStep.tokens(at: speed) == tokens)
    }

    @Test func `a step never takes longer than two thirds of the target at the beginning of a prompt, unless it is the smallest`() {
        for speed in stride(from: 1.0, through: 20_000, by: 13) {
            let tokens = PromptStep.tokens(at: speed)
            #expect(PromptStep.allowed.contains(tokens))
            #expect(Double(tokens) / speed <= 0.25 / 1.5 || tokens == PromptStep.allowed.lowerBound, "\(speed)")
        }
    }
}
