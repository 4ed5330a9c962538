import ModelFormats
import ModelLibrary
import NIOCore
import RoostCore
import Testing

@testable import Engines

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Lookups of a real engine.
@Suite(.serialized) struct LookupTests {
    /// Counts the tokens of a chat.
    private func count(_ entry: ModelEntry, for client: String, on supervisor: EngineSupervisor, ticket: QueueTicket? = nil) -> Task<Int?, any Error>
    {
        Task {
            let answer = try await supervisor.lookUp(
                RequestText.Counting.chat.path, body: chat(maxTokens: 1), in: entry, for: LeaseRequest(client: client, ticket: ticket),
                check: { _ in })
            return try await RequestText.Counting.chat.count(in: answer)
        }
    }

    @Test func `a lookup waits for those before it, and a client that leaves gives up its turn`() async throws {
        try await withSupervisor { supervisor in
            let entry = try sample()
            let engine = try await supervisor.engine(of: entry)
            var turns: [Int] = []
            for client in ["a", "b"] { turns.append(try #require(try await supervisor.turn(for: LeaseRequest(client: client), on: engine))) }
            let leaver = count(entry, for: "c", on: supervisor)
            while await supervisor.lookups(of: entry).waiting != ["c"] { await Task.yield() }
            let ticket = QueueTicket()
            let last = count(entry, for: "d", on: supervisor, ticket: ticket)
            while await supervisor.lookups(of: entry).waiting != ["c", "d"] { await Task.yield() }
            #expect(await supervisor.wait(of: ticket) == .turn(position: 2, time: nil))
            leaver.cancel()
            await #expect(throws: CancellationError.self) { try await leaver.value }
            #expect(await supervisor.lookups(of: entry).waiting == ["d"])
            await supervisor.endTurn(turns[0], on: engine, isAnswered: true)
            #expect(try #require(try await last.value) > 0)
            while await supervisor.lookups(of: entry).running != ["b"] { await Task.yield() }
        }
    }

    @Test func `a client that leaves keeps its turn until the engine has read its text, and is a suspect meanwhile`() async throws {
        try await withSupervisor { supervisor in
            let entry = try sample()
            let pid = try #require(try await supervisor.engine(of: entry).log.processIdentifier)
            let fingerprint = RequestFingerprint(path: "/tokenize", body: ByteBuffer(string: "text"))
            kill(pid, SIGSTOP)
            let leaver = Task {
                try await supervisor.lookUp(
                    "/tokenize", body: ByteBuffer(string: #"{"content":"text"}"#), in: entry,
                    for: LeaseRequest(fingerprint: fingerprint, client: "a"), check: { _ in })
            }
            while await supervisor.lookups(of: entry).running != ["a"] { await Task.yield() }
            leaver.cancel()
            await #expect(throws: CancellationError.self) { try await leaver.value }
            #expect(await supervisor.lookups(of: entry).running == ["a"])
            #expect(try await supervisor.engine(of: entry, loads: false).requests.suspects(at: .zero) == [fingerprint])
            kill(pid, SIGCONT)
            while await supervisor.lookups(of: entry).running == ["a"] { await Task.yield() }
            #expect(try #require(try await count(entry, for: "a", on: supervisor).value) > 0)
        }
    }

    @Test(arguments: [true, false]) func `a text with more special tokens than are read quickly is refused`(isOnePrompt: Bool) async throws {
        try await withSupervisor {
            $0.examine = { _ in
                var facts = ModelFacts()
                facts.marks = PromptMarks(["<|im_end|>"])
                return facts
            }
        } _: { supervisor in
            let entry = try sample()
            func lookUp(_ marks: Int) async throws -> Int {
                let half = String(repeating: "<|im_end|>", count: marks / 2)
                let body = ByteBuffer(string: "{\"content\":[\"\(half)\",\"\(half)\"]}")
                let text = RequestText(body: body, field: "content", bytes: body.readableBytes, isOnePrompt: isOnePrompt)
                return try await supervisor.lookUp("/tokenize", body: body, in: entry, for: LeaseRequest(text: text), check: { _ in }).status
            }
            #expect(try await lookUp(16_000) == 200)
            let marks = isOnePrompt ? 17_000 : 34_000
            let error = try await roostError { try await lookUp(marks) }
            #expect(error.code == .contextLengthExceeded && error.message.contains("its special tokens alone are 17000"))
            let request = LeaseRequest(text: RequestText(body: ByteBuffer(string: "{}"), field: "content", bytes: 1 << 20))
            #expect(try await supervisor.withEngine(for: entry, request: request) { try await $0.say() } != "")
        }
    }

    @Test func `a lookup is refused when the queue has no room for its request`() async throws {
        try await withSupervisor { supervisor in
            let entry = try sample()
            let engine = try await supervisor.engine(of: entry)
            let (most, request) = (AdmissionQueue.mostWaitingOfClient, LeaseRequest(client: "a"))
            let turns = (0..<most).map { _ in Task { try await supervisor.turn(for: request, on: engine) } }
            while await supervisor.lookups(of: entry).waiting.count < most - 1 { await Task.yield() }
            let error = try await roostError { try await supervisor.turn(for: request, on: engine) }
            #expect(error.code == .rateLimited)
            // Another client has room.
            let other = try #require(try await supervisor.turn(for: LeaseRequest(client: "b"), on: engine))
            await supervisor.endTurn(other, on: engine, isAnswered: true)
            for turn in turns { turn.cancel() }
            for turn in turns { _ = await turn.result }
        }
    }
}

extension EngineSupervisor {
    /// A model's engine, loaded.
    fileprivate func engine(of entry: ModelEntry, loads: Bool = true) async throws -> SupervisedEngine {
        if loads { _ = try await load(entry) }
        guard let engine = engines[entry.reference] else { throw RoostError(.unexpected, "The model has no engine.") }
        return engine
    }

    /// The clients of a model's lookups.
    fileprivate func lookups(of entry: ModelEntry) -> (running: [String], waiting: [String]) {
        let lookups = engines[entry.reference]?.lookups
        return (lookups?.running.map(\.client) ?? [], lookups?.waiting.map(\.client) ?? [])
    }
}
