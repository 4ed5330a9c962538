import Foundation
import ModelFormats
import ModelLibrary
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import Engines

@Suite("The memory of an engine, estimated")
struct MemoryEstimateTests {
    private func plan(_ slots: Int, _ context: Int, embeddings: Bool = false, cache: Int = 512) -> EnginePlan {
        EnginePlan(slots: slots, contextLength: context, reason: "", makesEmbeddings: embeddings, promptCacheMiB: cache)
    }

    private func facts(_ adjust: (inout ModelShape) -> Void) -> ModelFacts {
        var (facts, shape) = (ModelFacts(), ModelShape())
        adjust(&shape)
        facts.shape = shape
        return facts
    }

    @Test("Keys and values grow with the context and the slots, in steps of 256 tokens")
    func context() {
        let facts = facts { $0.fullBytesPerToken = 1000 }
        #expect(MemoryEstimate(facts, plan(4, 4096)).context == 4 * 4096 * 1000)
        #expect(MemoryEstimate(facts, plan(1, 4097)).context == 4352 * 1000)
    }

    @Test("Layers with a window keep it and one step, and those with a state only that, and both are kept to go back to")
    func windows() {
        // As llama-server prints for the fixture of gemma3: 5 layers of 768 cells for a window of 32 tokens, 1 of 2048.
        let window = facts {
            $0.fullBytesPerToken = 128
            $0.windowBytesPerToken = 5 * 128
            $0.window = 32
        }
        let estimate = MemoryEstimate(window, plan(4, 2048))
        #expect(estimate.context == 4 * (2048 * 128 + 768 * 5 * 128))
        #expect(estimate.promptCache == 512 << 20 + 4 * 4 * 32 * 5 * 128)
        let state = facts { $0.stateBytes = 5000 }
        #expect(MemoryEstimate(state, plan(2, 1 << 20)).context == 10_000)
        #expect(MemoryEstimate(state, plan(2, 1 << 20)).promptCache == 512 << 20 + 2 * 4 * 5000)
    }

    @Test("Embedding models compute all pairs of tokens, and keep no earlier texts")
    func embeddings() {
        let estimate = MemoryEstimate(facts { _ in }, plan(1, 8192, embeddings: true, cache: 0))
        #expect(estimate.promptCache == 0 && estimate.compute >= 8192 * 8192 * 64)
    }

    @Test("A projector adds its weights and an image, a draft model its weights, keys and values")
    func companions() throws {
        let file = TestEnvironment.testFile("../Fixtures/vision/mmproj-F16.gguf")
        let shape = try ProjectorShape(GGUFFile(opening: file), name: "mmproj-F16.gguf")
        var facts = facts { $0.fullBytesPerToken = 1000 }
        let alone = MemoryEstimate(facts, plan(4, 4096))
        facts.companions.projector = .init(file: file, shape: shape)
        let sees = MemoryEstimate(facts, plan(4, 4096))
        #expect(sees.weights == alone.weights + shape.weightBytes && sees.context == alone.context)
        #expect(sees.compute == alone.compute + shape.computeBytes + 150_000_000)
        var small = ModelShape()
        small.fullBytesPerToken = 10
        small.vocabulary = 1000
        facts.companions.draft = .init(files: ["/d.gguf"], weightBytes: 5000, shape: small)
        let drafts = MemoryEstimate(facts, plan(4, 4096))
        #expect(drafts.weights == sees.weights + 5000 && drafts.context == sees.context + 4 * 4096 * 10 && drafts.compute > sees.compute)
        facts.companions.draft = .init(files: ["/d.gguf"], weightBytes: .max, shape: small)
        #expect(MemoryEstimate(facts, plan(4, 4096)).total == .max)
    }

    @Test("What no memory could hold is the largest number, and never an overflow")
    func overflow() {
        var hostile = facts {
            $0.fullBytesPerToken = .max
            $0.windowBytesPerToken = .max
            $0.window = .max
            $0.stateBytes = .max
            $0.vocabulary = 1 << 40
            $0.activations = 1 << 40
        }
        hostile.weightBytes = .max
        #expect(MemoryEstimate(hostile, plan(4, 1 << 20)).total == .max)
        hostile.weightBytes = -1
        #expect(MemoryEstimate(hostile, plan(4, 1 << 20)).weights == 0)
        #expect(EngineNeed(hostile, plan(4, 1 << 20), remembered: .max).bytes == .max)
    }

    @Test("An engine that used more before counts with that, and one that used less does not")
    func remembered() {
        let facts = facts { $0.fullBytesPerToken = 1000 }
        let plan = plan(1, 4096)
        let estimate = EngineNeed(facts, plan)
        #expect(EngineNeed(facts, plan, remembered: 1).bytes == estimate.bytes)
        #expect(EngineNeed(facts, plan, remembered: 8 << 30).bytes == 8 << 30 + estimate.estimate.margin)
    }

    @Test("A real engine uses what was estimated: after the load no more than 5 % more and no less than 80 % of it")
    func measured() async throws {
        let entry = try sample()
        let file = try GGUFFile(opening: entry.modelFile)
        var facts = ModelFacts()
        facts.contextLength = 8192
        facts.weightBytes = ModelInspection(file).memory.weightBytes
        facts.shape = ModelShape(file.metadata)
        for context in [1024, 4096, 0] {
            let known = facts
            try await withSupervisor {
                $0.contextLength = context
                $0.examine = { _ in known }
            } _: { supervisor in
                let loaded = try await supervisor.load(entry)
                let process = try #require(loaded.processIdentifier)
                let memory = try #require(EngineMemory.of(process: process), "This system has no /proc.")
                let estimate = try #require(loaded.memory).estimate
                let used = Double(memory.own + max(memory.files, estimate.weights))
                // The cache of earlier texts is empty after the load, and the margin is for what is not known.
                let expected = Double(estimate.weights + estimate.context + estimate.compute)
                #expect((0.8...1.05).contains(used / expected), "\(loaded.plan?.contextLength ?? 0) tokens: \(used) used, \(expected) estimated")
                #expect(used < Double(estimate.total))
            }
        }
    }
}
