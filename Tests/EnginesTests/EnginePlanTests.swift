import Testing

@testable import Engines

@Suite("What an engine is started with")
struct EnginePlanTests {
    private let plenty: Int64 = 64 << 30

    private func facts(trained: Int? = nil, embeddings: Bool = false, weights: Int64 = 0, perToken: Int64? = nil) -> ModelFacts {
        var facts = ModelFacts()
        facts.contextLength = trained
        facts.makesEmbeddings = embeddings
        facts.weightBytes = weights
        facts.bytesPerToken = perToken
        return facts
    }

    private func plan(_ facts: ModelFacts, wanted: Int = 4096, memory: Int64? = nil) -> EnginePlan {
        EnginePlan(facts, wantedContext: wanted, availableMemory: memory ?? plenty)
    }

    private func value(_ option: String, _ plan: EnginePlan) -> String? {
        zip(plan.arguments, plan.arguments.dropFirst()).first { $0.0 == option }?.1
    }

    @Test("Each of four slots has the whole context for itself")
    func slots() {
        let plan = plan(facts(trained: 8192))
        #expect(plan.slots == 4 && plan.contextLength == 4096)
        #expect(value("--parallel", plan) == "4" && value("--ctx-size", plan) == "16384")
        #expect(value("--cache-ram", plan) == "512" && !plan.arguments.contains("--embeddings"))
    }

    @Test("No context is longer than the model's own, and 0 takes that one")
    func trained() {
        #expect(plan(facts(trained: 2048)).contextLength == 2048)
        #expect(plan(facts(trained: 32_768), wanted: 0).contextLength == 32_768)
        #expect(plan(facts(), wanted: 0).contextLength == 4096)
    }

    @Test("Where memory is short there are fewer slots, not shorter ones")
    func memory() {
        // 4096 tokens of 1 MiB are 4 GiB for each slot.
        let model = facts(trained: 8192, weights: 2 << 30, perToken: 1 << 20)
        #expect(plan(model, memory: 24 << 30).slots == 4)
        #expect(plan(model, memory: 16 << 30).slots == 2)
        #expect(plan(model, memory: 8 << 30).slots == 1)
        #expect(plan(model, memory: 1 << 30) == plan(model, memory: 8 << 30))
    }

    @Test("A model that makes vectors takes texts up to its own context in one step")
    func embeddings() {
        let plan = plan(facts(trained: 8192, embeddings: true))
        #expect(plan.contextLength == 8192 && plan.makesEmbeddings && plan.arguments.contains("--embeddings"))
        #expect(value("--ubatch-size", plan) == "8192" && value("--batch-size", plan) == "8192" && value("--cache-ram", plan) == "0")
        #expect(self.plan(facts(trained: 512, embeddings: true)).contextLength == 512)
        #expect(self.plan(facts(trained: 8192, embeddings: true), wanted: 1024, memory: 8 << 30).contextLength == 4096)
        #expect(self.plan(facts(trained: 8192, embeddings: true), wanted: 1024, memory: 1 << 30).contextLength == 1024)
        #expect(self.plan(facts(trained: 32_768, embeddings: true)).contextLength == 8192)
        #expect(self.plan(facts(trained: 32_768, embeddings: true), wanted: 16_384).contextLength == 16_384)
    }
}
