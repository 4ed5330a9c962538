import ModelLibrary
import RoostCore
import Synchronization
import TestSupport
import Testing

@testable import Engines

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The leases of a real engine.
@Suite(.serialized) struct AdmissionLeaseTests {
    /// Requests that hold their leases until they are allowed to end.
    private final class Holders: Sendable {
        private let state = Mutex((began: [String](), isOpen: false))

        var began: [String] { state.withLock { $0.began } }

        func note(_ name: String) { state.withLock { $0.began.append(name) } }

        func open() { state.withLock { $0.isOpen = true } }

        func hold(_ name: String) async throws {
            note(name)
            while !state.withLock({ $0.isOpen }) { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    private func until(_ what: String, _ condition: () async -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < deadline {
            if await condition() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("\(what) did not happen")
    }

    @Test func `an engine has no more requests than slots, and who leaves the queue gives up its place`() async throws {
        try await withSupervisor { supervisor in
            let entry = try sample()
            let slots = try #require(try await supervisor.load(entry).plan?.slots)
            let holders = Holders()
            func request(_ name: String, _ client: String) -> Task<Void, any Error> {
                Task {
                    try await supervisor.withEngine(for: entry, request: LeaseRequest(client: client, tokens: 100)) { _ in
                        try await holders.hold(name)
                    }
                }
            }
            let first = (0..<slots).map { request("\($0)", "many") }
            try await until("the start of the first") { holders.began.count == slots }
            let leaver = request("leaver", "many")
            try await until("the wait of the leaver") { await supervisor.waiting(for: entry.reference) == 1 }
            let ticket = QueueTicket()
            let last = Task {
                try await supervisor.withEngine(for: entry, request: LeaseRequest(client: "one", tokens: 100, ticket: ticket)) { _ in
                    try await holders.hold("last")
                }
            }
            try await until("the wait of the last") { await supervisor.waiting(for: entry.reference) == 2 }
            #expect(holders.began.count == slots)
            // The other client has had no turn yet.
            #expect(ticket.position == 1)
            let model = try #require(await supervisor.loadedModels().first)
            #expect(model.running == slots && model.waiting == 2)
            leaver.cancel()
            await #expect(throws: CancellationError.self) { try await leaver.value }
            #expect(await supervisor.waiting(for: entry.reference) == 1)
            holders.open()
            for task in first + [last] { try await task.value }
            #expect(holders.began.last == "last" && holders.began.count == slots + 1)
        }
    }

    @Test func `a client with too many waiting requests is refused, with the time to wait`() async throws {
        try await withSupervisor { supervisor in
            let entry = try sample()
            let slots = try #require(try await supervisor.load(entry).plan?.slots)
            let holders = Holders()
            let all = slots + AdmissionQueue.mostWaitingOfClient
            let tasks = (0..<all).map { index in
                Task { try await supervisor.withEngine(for: entry, request: LeaseRequest(client: "a")) { _ in try await holders.hold("\(index)") } }
            }
            try await until("a full queue") { await supervisor.waiting(for: entry.reference) == AdmissionQueue.mostWaitingOfClient }
            let error = try await roostError { try await supervisor.withEngine(for: entry, request: LeaseRequest(client: "a")) { _ in } }
            #expect(error.code == .rateLimited && (error.retryAfter ?? .zero) > .zero)
            holders.open()
            for task in tasks { try await task.value }
            try await supervisor.withEngine(for: entry, request: LeaseRequest(client: "a")) { _ in }
        }
    }

    @Test func `who waits for an engine that is unloaded gets another one`() async throws {
        try await withSupervisor { supervisor in
            let entry = try sample()
            let slots = try #require(try await supervisor.load(entry).plan?.slots)
            let holders = Holders()
            let tasks = (0..<slots).map { index in
                Task { try await supervisor.withEngine(for: entry) { _ in try await holders.hold("\(index)") } }
            }
            try await until("the start of the first") { holders.began.count == slots }
            let waiter = Task { try await supervisor.withEngine(for: entry) { try await $0.say() } }
            try await until("the wait") { await supervisor.waiting(for: entry.reference) == 1 }
            await supervisor.unload(entry.reference)
            #expect(try await waiter.value != "")
            holders.open()
            for task in tasks { try await task.value }
        }
    }

    @Test func `a client that leaves before the engine has read its long text keeps its slot for as long as that takes`() async throws {
        try await withSupervisor({ $0.contextLength = longContext }) { supervisor in
            let entry = try sample()
            let slots = try #require(try await supervisor.load(entry).plan?.slots)
            // About an hour.
            let long = LeaseRequest(text: RequestText(body: chat(maxTokens: 1), field: "messages", bytes: 3_600_000_000))
            let began = Holders()
            func ask(_ work: @escaping @Sendable (EngineConnection) async throws -> Void) -> Task<Void, any Error> {
                Task { try await supervisor.withEngine(for: entry, request: long) { try await work($0) } }
            }
            // The head of an answer shows that its text was read.
            let answered = ask { connection in
                let response = try await connection.send(path: "/v1/chat/completions", body: chat(maxTokens: 900, stream: true, endless: true))
                for try await _ in response.body { began.note("answer") }
            }
            try await until("the answer") { !began.began.isEmpty }
            answered.cancel()
            await #expect(throws: CancellationError.self) { try await answered.value }
            #expect(await supervisor.freeSlots(for: entry.reference) == slots)
            let unread = ask { _ in try await began.hold("unread") }
            try await until("the start") { began.began.contains("unread") }
            unread.cancel()
            await #expect(throws: CancellationError.self) { try await unread.value }
            #expect(await supervisor.freeSlots(for: entry.reference) == slots - 1)
        }
    }

    @Test func `a request whose model is unloaded fails with that reason, and does not load it again`() async throws {
        try await withSupervisor { supervisor in
            let entry = try sample()
            let began = Holders()
            let stream = Task {
                try await supervisor.withEngine(for: entry) { connection in
                    let response = try await connection.send(path: "/v1/chat/completions", body: endlessChat(stream: true))
                    for try await _ in response.body { began.note("answer") }
                }
            }
            try await until("the answer") { !began.began.isEmpty }
            await supervisor.unload(entry.reference)
            let error = try await roostError { try await stream.value }
            #expect(error.code == .conflict && error.message.contains("was unloaded during this request"))
            #expect(await supervisor.loadedModels().isEmpty)
        }
    }

    @Test func `a reload goes on when another one is cancelled`() async throws {
        try await withSupervisor { supervisor in
            let entry = try sample()
            let pid = try #require(try await supervisor.load(entry).processIdentifier)
            let holders = Holders()
            let holder = Task { try await supervisor.withEngine(for: entry) { _ in try await holders.hold("holder") } }
            try await until("the start") { holders.began == ["holder"] }
            let reloads = (0..<2).map { _ in Task { try await supervisor.reload(entry) } }
            try await until("the reloads") { await supervisor.isReloading(entry.reference) }
            reloads[0].cancel()
            await #expect(throws: CancellationError.self) { try await reloads[0].value }
            try await until("the other reload") { await supervisor.isReloading(entry.reference) }
            holders.open()
            try await holder.value
            #expect(try await reloads[1].value.processIdentifier != pid)
        }
    }

    @Test func `a request for more answers than an engine gives since its restart is refused, and those behind it start`() async throws {
        try await withSupervisor { supervisor in
            let entry = try sample()
            let slots = try #require(try await supervisor.load(entry).plan?.slots)
            try #require(slots == 4)
            let holders = Holders()
            let first = Task { try await supervisor.withEngine(for: entry) { _ in try await holders.hold("first") } }
            try await until("the start of the first") { holders.began == ["first"] }
            // What `EngineRequest` checks: the second time with the plan of the engine that was started again.
            let checks = Mutex(0)
            let check: @Sendable (EnginePlan) throws -> Void = { _ in
                if checks.withLock({
                    $0 += 1; return $0
                }) > 1 {
                    throw RoostError(.invalidRequest, "`n` may be at most 2.", field: "n")
                }
            }
            let large = Task {
                try await supervisor.withEngine(for: entry, request: LeaseRequest(slots: slots), check: check) { _ in try await holders.hold("large")
                }
            }
            try await until("the wait of the large one") { await supervisor.waiting(for: entry.reference) == 1 }
            let behind = Task { try await supervisor.withEngine(for: entry) { _ in try await holders.hold("behind") } }
            try await until("the wait of the one behind") { await supervisor.waiting(for: entry.reference) == 2 }
            await supervisor.noteSlots(2, of: entry.reference)
            try await until("the start of the one behind") { holders.began == ["first", "behind"] }
            try await until("the refusal of the large one") { checks.withLock { $0 } == 2 }
            large.cancel()
            await #expect(throws: (any Error).self) { try await large.value }
            holders.open()
            for task in [first, behind] { try await task.value }
        }
    }

    @Test func `a request that continues an answer waits for the restart before all others`() async throws {
        let starts = Holders()
        try await withSupervisor {
            // The second start waits until it is allowed.
            $0.examine = { _ in
                if !starts.began.isEmpty { try await starts.hold("again") } else { starts.note("first") }
                return ModelFacts()
            }
        } _: { supervisor in
            let entry = try sample()
            let loaded = try await supervisor.load(entry)
            let (pid, slots) = (try #require(loaded.processIdentifier), try #require(loaded.plan?.slots))
            let (holders, others) = (Holders(), Holders())
            others.open()
            let first = Task {
                try await supervisor.withEngine(for: entry, request: LeaseRequest(slots: slots)) { _ in try await holders.hold("first") }
            }
            try await until("the start of the first") { holders.began == ["first"] }
            let large = Task {
                try await supervisor.withEngine(for: entry, request: LeaseRequest(slots: slots)) { _ in try await others.hold("large") }
            }
            try await until("the wait of the large one") { await supervisor.waiting(for: entry.reference) == 1 }
            kill(pid, SIGKILL)
            try await until("the restart") { starts.began == ["first", "again"] }
            holders.open()
            try await first.value
            var lease = LeaseRequest()
            lease.continues = true
            let continued = Task { [lease] in
                try await supervisor.withEngine(for: entry, request: lease) { _ in try await others.hold("continued") }
            }
            try await until("the wait of the continued one") { await supervisor.waiting(for: entry.reference) == 2 }
            #expect(others.began.isEmpty)
            starts.open()
            for task in [large, continued] { try await task.value }
            #expect(others.began == ["continued", "large"])
        }
    }
}

extension EngineSupervisor {
    /// Changes the number of slots of a model's engine, as its restart with less memory does.
    fileprivate func noteSlots(_ slots: Int, of reference: ModelReference) {
        engines[reference]?.admission.slots = slots
        startWaiting(reference)
        changed()
    }

    /// The free slots of a model's engine.
    fileprivate func freeSlots(for reference: ModelReference) -> Int? { engines[reference]?.admission.freeSlots }

    /// Whether a model's engine waits for its last requests, to be loaded again.
    fileprivate func isReloading(_ reference: ModelReference) -> Bool { engines[reference]?.isReloading ?? false }

    /// The number of requests that wait for a model's engine.
    fileprivate func waiting(for reference: ModelReference) -> Int { engines[reference]?.admission.waiting.count ?? 0 }
}
