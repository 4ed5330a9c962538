import ModelLibrary
import NIOCore
import RoostCore
import Testing

@testable import Engines

/// Counting prompts with a real engine.
@Suite(.serialized) struct CountLeaseTests {
    @Test func `a prompt waits for the counts before it, and a client that leaves gives up its turn`() async throws {
        try await withSupervisor { supervisor in
            let entry = try sample()
            let engine = try await supervisor.engine(of: entry)
            var turns: [Int] = []
            for client in ["a", "b"] { turns.append(try #require(try await supervisor.turnToCount(for: client, on: engine))) }
            func count(for client: String) -> Task<Int?, any Error> {
                Task { try await supervisor.promptCount(of: chat(maxTokens: 1), for: entry, client: client, check: { _ in }).count }
            }
            let leaver = count(for: "c")
            while await supervisor.waitingCounts(of: entry.reference) != ["c"] { await Task.yield() }
            let last = count(for: "d")
            while await supervisor.waitingCounts(of: entry.reference) != ["c", "d"] { await Task.yield() }
            leaver.cancel()
            await #expect(throws: CancellationError.self) { try await leaver.value }
            #expect(await supervisor.waitingCounts(of: entry.reference) == ["d"])
            await supervisor.endCount(turns[0], on: engine)
            #expect(try #require(try await last.value) > 0)
            #expect(try await supervisor.engine(of: entry).counts.counted.map(\.id) == [turns[1]])
        }
    }

    @Test func `a prompt is refused before it is counted when the queue has no room for its request`() async throws {
        try await withSupervisor { supervisor in
            let entry = try sample()
            let engine = try await supervisor.engine(of: entry)
            let most = AdmissionQueue.mostWaitingOfClient
            let turns = (0..<most).map { _ in Task { try await supervisor.turnToCount(for: "a", on: engine) } }
            while try await supervisor.engine(of: entry).counts.waiting.count < most - 1 { await Task.yield() }
            let error = try await roostError { try await supervisor.turnToCount(for: "a", on: engine) }
            #expect(error.code == .rateLimited)
            // Another client has room.
            let other = try #require(try await supervisor.turnToCount(for: "b", on: engine))
            await supervisor.endCount(other, on: engine)
            for turn in turns { turn.cancel() }
            for turn in turns { _ = await turn.result }
        }
    }
}

extension EngineSupervisor {
    /// A model's engine, loaded.
    fileprivate func engine(of entry: ModelEntry) async throws -> SupervisedEngine {
        _ = try await load(entry)
        guard let engine = engines[entry.reference] else { throw RoostError(.unexpected, "The model has no engine.") }
        return engine
    }

    /// The clients whose prompts wait to be counted.
    fileprivate func waitingCounts(of reference: ModelReference) -> [String] { engines[reference]?.counts.waiting.map(\.client) ?? [] }
}
