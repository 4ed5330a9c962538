import ModelFormats
import ModelLibrary
import RoostCore
import Synchronization
import Testing

@testable import Engines

/// With the real `llama-server`.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ContextWishTests {
    @Test(arguments: [(300, 8192, 512), (4096, 8192, 4096), (4097, 8192, 8192), (5000, 6000, 6000), (256, 8192, 256), (8192, 8192, 8192)])
    func `an engine is started with the next power of two, or with what the model was trained for`(tokens: Int, trained: Int, length: Int) {
        #expect(ContextWish(tokens: tokens, field: "num_ctx").length(trained: trained) == length)
        #expect(ContextWish(tokens: tokens, field: "num_ctx").length(trained: nil) >= tokens)
    }

    /// The context of the engine that answers.
    private func context(_ supervisor: EngineSupervisor, _ entry: ModelEntry, _ tokens: Int?) async throws -> Int? {
        var request = LeaseRequest()
        request.context = tokens.map { ContextWish(tokens: $0, field: "num_ctx") }
        return try await supervisor.withEngine(for: entry, request: request) { _ in await supervisor.loadedModels().first?.plan?.contextLength }
    }

    private final class Memory: Sendable {
        let bytes = Mutex<Int64>(8 << 30)
    }

    private func withTrained(_ memory: Memory = Memory(), _ body: (EngineSupervisor) async throws -> Void) async throws {
        try await withSupervisor {
            $0.availableMemory = { memory.bytes.withLock { $0 } }
            $0.memoryOfProcess = { _ in nil }
            $0.examine = { _ in
                var facts = ModelFacts()
                facts.contextLength = 8192
                return facts
            }
        } _: {
            try await body($0)
        }
    }

    @Test func `a longer context is loaded when no request uses the engine, and stays; a shorter one changes nothing`() async throws {
        let entry = try sample()
        try await withTrained { supervisor in
            let first = try #require(try await supervisor.load(entry).processIdentifier)
            #expect(try await context(supervisor, entry, 700) == 1024)
            #expect(await supervisor.loadedModels().first?.processIdentifier == first)
            let longer = try await supervisor.withEngine(for: entry) { engine in
                let longer = Task { try await context(supervisor, entry, 1500) }
                for _ in 0..<200 { await Task.yield() }
                let answer = try await engine.say()
                #expect(!answer.isEmpty)
                #expect(await supervisor.loadedModels().first?.processIdentifier == first)
                return longer
            }
            #expect(try await longer.value == 2048)
            let second = await supervisor.loadedModels().first?.processIdentifier
            for tokens in [nil, 300, 2048] { #expect(try await context(supervisor, entry, tokens) == 2048) }
            #expect(await supervisor.loadedModels().first?.processIdentifier == second)
            #expect(await supervisor.recentDecisions().first { $0.kind == .end }?.figures == ["context": 2048])
            // What the operator sets counts for later loads.
            try await supervisor.setContextLength(1024, of: entry.reference)
            #expect(try await context(supervisor, entry, nil) == 1024)
        }
    }

    @Test func `a model that is not loaded is loaded with it at once`() async throws {
        let entry = try sample()
        try await withTrained { supervisor in
            let length = try await context(supervisor, entry, 1500)
            #expect(length == 2048)
            #expect(await supervisor.recentDecisions().map(\.kind) == [.ready, .load])
        }
    }

    @Test func `what the model was not trained for, or what there is no memory for, is refused and ends nothing`() async throws {
        let entry = try sample()
        let memory = Memory()
        try await withTrained(memory) { supervisor in
            let first = try await supervisor.load(entry).processIdentifier
            let untrained = try await roostError { try await context(supervisor, entry, 8193) }
            #expect(untrained.code == .invalidRequest && untrained.field == "num_ctx" && untrained.message.contains("may be at most 8192"))
            memory.bytes.withLock { $0 = 0 }
            let tooLarge = try await roostError { try await context(supervisor, entry, 8000) }
            #expect(tooLarge.code == .insufficientMemory && tooLarge.message.contains("has a context of 1024 tokens"), "\(tooLarge.message)")
            #expect(await supervisor.loadedModels().first?.processIdentifier == first)
            // Requests that ask for nothing are answered as before.
            #expect(try await context(supervisor, entry, nil) == 1024)
        }
    }
}
