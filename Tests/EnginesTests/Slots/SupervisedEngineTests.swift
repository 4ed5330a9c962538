import NIOCore
import SystemPackage
import Testing

@testable import Engines
@testable import ModelLibrary

/// Which requests an engine starts before and after the end of its process.
@Suite struct SupervisedEngineTests {
    private let plan = EnginePlan(slots: 4, contextLength: 1024, reason: "", makesEmbeddings: false, promptCacheMiB: 0)

    private func engine() throws -> SupervisedEngine {
        var engine = SupervisedEngine(
            id: 1, entry: try sample(), executable: "/llama-server", socket: "/socket", lastUsed: .zero, startedAt: .zero)
        engine.plan = plan
        engine.promptKey = "key"
        engine.machine.becameReady(at: .zero)
        engine.prepareSlots(plan, leastShared: 1024)
        return engine
    }

    private func request(_ id: Int) -> AdmissionQueue.Request {
        let text = String(repeating: "Question \(id). ", count: 400)
        return AdmissionQueue.Request(id: id, client: "a", slots: 1, tokens: 10, prompt: PromptOutline(ByteBuffer(string: text)))
    }

    /// Starts requests. A mutating call cannot stand in an expectation.
    private func start(_ engine: inout SupervisedEngine) -> Bool { engine.startRequests(at: .zero) }

    @Test func `no request starts while the engine is being checked, or starts again`() throws {
        var engine = try engine()
        try engine.admission.add(request(1))
        engine.isSuspect = true
        let duringCheck = start(&engine)
        engine.isSuspect = false
        _ = engine.machine.processEnded(at: .seconds(1))
        let duringRestart = start(&engine)
        #expect(!duringCheck && !duringRestart && engine.admission.waiting.count == 1)
        engine.machine.becameReady(at: .seconds(2))
        let afterwards = start(&engine)
        #expect(afterwards && engine.places[1] != nil)
    }

    @Test func `a request that was started before a restart keeps a slot of its own, and none waits for its prompt`() throws {
        var engine = try engine()
        for id in 1...2 { try engine.admission.add(request(id)) }
        _ = start(&engine)
        _ = engine.machine.processEnded(at: .seconds(1))
        engine.machine.becameReady(at: .seconds(2))
        engine.prepareSlots(plan, leastShared: 1024)
        #expect(!engine.slots.isReading(1) && !engine.slots.isReading(2))
        for id in 3...4 { try engine.admission.add(request(id)) }
        _ = start(&engine)
        #expect(Set(engine.places.values.map(\.slot)).count == 4)
    }
}
