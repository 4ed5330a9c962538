import ModelFormats
import Testing

@testable import Engines

@Suite("What an engine is started with")
struct EnginePlanTests {
    private let plenty: Int64 = 64 << 30

    private func facts(trained: Int? = nil, embeddings: Bool = false, weights: Int64 = 0, perToken: Int64 = 0) -> ModelFacts {
        var facts = ModelFacts()
        facts.contextLength = trained
        facts.makesEmbeddings = embeddings
        facts.weightBytes = weights
        var shape = ModelShape()
        shape.fullBytesPerToken = perToken
        facts.shape = shape
        return facts
    }

    private func plan(_ facts: ModelFacts, wanted: Int = 4096, memory: Int64? = nil, isLastChance: Bool = false) -> EnginePlan {
        EnginePlan(facts, wantedContext: wanted, availableMemory: memory ?? plenty, isLastChance: isLastChance)
    }

    private func value(_ option: String, _ plan: EnginePlan) -> String? {
        zip(plan.arguments, plan.arguments.dropFirst()).first { $0.0 == option }?.1
    }

    @Test("Each of four slots has the whole context for itself")
    func slots() {
        let plan = plan(facts(trained: 8192))
        #expect(plan.slots == 4 && plan.contextLength == 4096 && plan.reason == "4096 as set")
        #expect(value("--parallel", plan) == "4" && value("--ctx-size", plan) == "16384")
        #expect(value("--cache-ram", plan) == "512" && !plan.arguments.contains("--embeddings"))
    }

    @Test("A calibrated number of slots is used where memory is enough, and its other options as they are")
    func tuned() {
        var model = facts(trained: 4096, weights: 2 << 30, perToken: 1 << 20)
        model.tuning.slots = 8
        model.tuning.speculation = .simple
        let plenty = plan(model)
        #expect(plenty.slots == 8 && plenty.contextLength == 4096 && plenty.tuning == model.tuning && plenty.reason == "4096 as set")
        // 4096 tokens of 1 MiB are 4 GiB for each slot.
        #expect(plan(model, memory: 24 << 30).slots == 4 && plan(model, memory: 12 << 30).slots == 2)
        #expect(plan(model, memory: 24 << 30).reason == "4096 as set; 4 at once because 25.8 GB are free")
        // The context is not shortened for more slots.
        let automatic = plan(model, wanted: 0, memory: 48 << 30)
        #expect(automatic.slots == 4 && automatic.contextLength == 4096)
        model.tuning.slots = 2
        #expect(plan(model).slots == 2)
        model.makesEmbeddings = true
        #expect(plan(model).slots == 4 && plan(model).tuning == EngineTuning())
    }

    @Test("No context is longer than the model's own, which is the one without a setting")
    func trained() {
        let shorter = plan(facts(trained: 2048))
        #expect(shorter.contextLength == 2048 && shorter.reason == "2048 as trained, which is less than the 4096 that are set")
        let own = plan(facts(trained: 32_768), wanted: 0)
        #expect(own.contextLength == 32_768 && own.slots == 4 && own.reason == "32768 as trained")
        let unknown = plan(facts(), wanted: 0)
        #expect(unknown.contextLength == 4096 && unknown.reason == "4096 because the file does not tell the trained length")
        // A file can name any length.
        #expect(plan(facts(trained: .max), wanted: 0).contextLength == 1 << 20)
        #expect(plan(facts(trained: .min), wanted: 0).contextLength == 1)
    }

    @Test("Where memory is short there are fewer slots for a configured context, not shorter ones")
    func memory() {
        // 4096 tokens of 1 MiB are 4 GiB for each slot.
        let model = facts(trained: 8192, weights: 2 << 30, perToken: 1 << 20)
        #expect(plan(model, memory: 24 << 30).slots == 4)
        #expect(plan(model, memory: 16 << 30).slots == 2)
        let one = plan(model, memory: 8 << 30)
        #expect(one.slots == 1 && one.contextLength == 4096 && one.reason == "4096 as set; one at a time because 8.59 GB are free")
        #expect(plan(model, memory: 1 << 30).slots == 1)
    }

    @Test("Without a setting, memory first takes slots and then context, and the reason is told")
    func automatic() {
        // 128 KiB for each token, as Llama 3 8B.
        let model = facts(trained: 131_072, weights: 5 << 30, perToken: 128 << 10)
        #expect(plan(model, wanted: 0, memory: 256 << 30).reason == "131072 as trained")
        let half = plan(model, wanted: 0, memory: 80 << 30)
        #expect(half.slots == 2 && half.contextLength == 131_072)
        #expect(half.reason == "131072 trained, 131072 for 2 at once because 85.9 GB are free")
        let small = plan(model, wanted: 0, memory: 24 << 30)
        #expect(small.slots == 2 && small.contextLength == 32_768)
        #expect(small.reason == "131072 trained, 32768 for 2 at once because 25.8 GB are free")
        let four = plan(facts(trained: 100_000, weights: 1 << 30, perToken: 16 << 10), wanted: 0, memory: 8 << 30)
        #expect(four.slots == 2 && four.contextLength == 100_000 && four.reason == "100000 trained, 100000 for 2 at once because 8.59 GB are free")
    }

    @Test("A context below 4096 is the last chance")
    func lastChance() {
        let model = facts(trained: 131_072, weights: 1 << 30, perToken: 1 << 20)
        let memory: Int64 = 3 << 30
        let first = plan(model, wanted: 0, memory: memory)
        #expect(first.slots == 1 && first.contextLength == 4096 && MemoryEstimate(model, first).total > memory)
        let last = plan(model, wanted: 0, memory: memory, isLastChance: true)
        #expect(last.slots == 1 && last.contextLength == 1024 && MemoryEstimate(model, last).total <= memory)
        #expect(last.reason == "131072 trained, 1024 for one at a time because 3.22 GB are free")
        // A model with a shorter context of its own keeps that.
        #expect(plan(facts(trained: 300, weights: 1 << 40), wanted: 0, memory: memory, isLastChance: true).contextLength == 300)
    }

    @Test("Every plan that is chosen fits, with at most half of the memory for the context, or it is the smallest one")
    func invariants() async {
        var generator = SystemRandomNumberGenerator()
        for round in 0..<2000 {
            if round % 100 == 0 { await Task.yield() }
            let trained = Int.random(in: 1...200_000, using: &generator)
            let model = facts(
                trained: trained, weights: .random(in: 0...(64 << 30), using: &generator), perToken: .random(in: 0...(2 << 20), using: &generator))
            let memory = Int64.random(in: 0...(128 << 30), using: &generator)
            let plan = plan(model, wanted: 0, memory: memory)
            let estimate = MemoryEstimate(model, plan)
            #expect(plan.contextLength <= trained && [1, 2, 4].contains(plan.slots), "\(model) \(memory)")
            let isSmallest = plan.slots == 1 && plan.contextLength == min(trained, 4096)
            #expect(isSmallest || (estimate.total <= memory && estimate.context <= memory / 2), "\(model) \(memory) \(plan)")
            // More memory never makes less of it.
            let more = self.plan(model, wanted: 0, memory: memory * 2)
            #expect(more.contextLength >= plan.contextLength, "\(model) \(memory)")
        }
    }

    @Test("The cache of earlier texts is small where memory is")
    func promptCache() {
        let sizes = [64, 8, 4, 1].map { value("--cache-ram", plan(facts(), memory: Int64($0) << 30)) }
        #expect(sizes == ["512", "512", "256", "64"])
        #expect(value("--cache-ram", plan(facts(), memory: -5)) == "0")
    }

    @Test("A model that makes vectors takes texts up to its own context in one step")
    func embeddings() {
        let plan = plan(facts(trained: 8192, embeddings: true))
        #expect(plan.contextLength == 8192 && plan.makesEmbeddings && plan.arguments.contains("--embeddings"))
        #expect(value("--ubatch-size", plan) == "8192" && value("--batch-size", plan) == "8192" && value("--cache-ram", plan) == "0")
        #expect(self.plan(facts(trained: 512, embeddings: true)).contextLength == 512)
        #expect(self.plan(facts(trained: 8192, embeddings: true), wanted: 1024, memory: 8 << 30).contextLength == 4096)
        #expect(self.plan(facts(trained: 8192, embeddings: true), wanted: 1024, memory: 1 << 30).contextLength == 1024)
        #expect(self.plan(facts(trained: 32_768, embeddings: true), wanted: 0).contextLength == 8192)
        #expect(self.plan(facts(trained: 32_768, embeddings: true), wanted: 16_384).contextLength == 16_384)
    }
}
