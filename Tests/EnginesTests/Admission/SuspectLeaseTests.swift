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

/// The leases of requests during which engines crashed.
@Suite(.serialized) struct SuspectLeaseTests {
    @Test func `a request that may crash engines runs alone until it was answered`() async throws {
        try await withSupervisor { supervisor in
            let entry = try sample()
            let slots = try #require(try await supervisor.load(entry).plan?.slots)
            try #require(slots > 1)
            let suspect = RequestFingerprint(path: "/p", body: ByteBuffer(string: "suspect"))
            await supervisor.blame(suspect)
            func used() async -> Int { await supervisor.freeSlots(for: entry.reference).map { slots - $0 } ?? 0 }

            let request = LeaseRequest(fingerprint: suspect)
            #expect(try await supervisor.withEngine(for: entry, request: request) { _ in await used() } == slots)
            #expect(try await supervisor.withEngine(for: entry, request: request) { _ in await used() } == 1)
        }
    }

    @Test func `a lookup that may crash engines runs alone too, and is refused after one more crash`() async throws {
        try await withSupervisor { supervisor in
            let entry = try sample()
            let suspect = RequestFingerprint(path: "/tokenize", body: ByteBuffer(string: "suspect"))
            func lookUp() async -> Result<Int, any Error> {
                // Long enough that no thread of the engine has read it before another one gets the signal.
                let body = ByteBuffer(string: #"{"content":""# + String(repeating: "one two three ", count: 300_000) + #""}"#)
                do {
                    return .success(
                        try await supervisor.lookUp("/tokenize", body: body, in: entry, for: LeaseRequest(fingerprint: suspect), check: { _ in })
                            .status)
                } catch {
                    return .failure(error)
                }
            }
            func code(_ result: Result<Int, any Error>) -> RoostError.Code? {
                if case .failure(let error as RoostError) = result { error.code } else { nil }
            }
            let pid = try #require(try await supervisor.load(entry).processIdentifier)
            await supervisor.blame(suspect)
            kill(pid, SIGSTOP)
            let waiting = Task { await lookUp() }
            while await supervisor.requests(of: entry.reference)?.suspects(at: .zero) != [suspect] { await Task.yield() }
            // It needs all slots.
            #expect(await supervisor.freeSlots(for: entry.reference) == 0)
            // It also has to reach this process, and not the next one.
            try await Task.sleep(for: .seconds(1))
            kill(pid, SIGSEGV)
            kill(pid, SIGCONT)
            #expect(code(await waiting.value) == .engineCrashed)
            #expect(code(await lookUp()) == .crashesEngine)
        }
    }

    @Test func `no lookup runs beside a request that may crash engines, and that waits for those that run`() async throws {
        try await withSupervisor { supervisor in
            let entry = try sample()
            let pid = try #require(try await supervisor.load(entry).processIdentifier)
            let suspect = RequestFingerprint(path: "/p", body: ByteBuffer(string: "suspect"))
            await supervisor.blame(suspect)
            func lookUp(_ client: String) -> Task<Int, any Error> {
                Task {
                    try await supervisor.lookUp(
                        "/tokenize", body: ByteBuffer(string: #"{"content":"one"}"#), in: entry, for: LeaseRequest(client: client), check: { _ in }
                    ).status
                }
            }
            kill(pid, SIGSTOP)
            let first = lookUp("a")
            while await supervisor.sentLookups(of: entry.reference) != 1 { await Task.yield() }
            let alone = Task {
                try await supervisor.withEngine(for: entry, request: LeaseRequest(fingerprint: suspect)) { connection in
                    let second = lookUp("b")
                    while await supervisor.lookups(of: entry.reference) != 1 { await Task.yield() }
                    #expect(await supervisor.sentLookups(of: entry.reference) == 0)
                    return (second, try await connection.say())
                }
            }
            while await supervisor.waitingRequests(of: entry.reference) != 1 { await Task.yield() }
            kill(pid, SIGCONT)
            #expect(try await first.value == 200)
            let (second, text) = try await alone.value
            #expect(try await second.value == 200 && !text.isEmpty)
        }
    }

    @Test func `a refusal by the engine is no answer, so it shows nothing about the model`() async throws {
        try await withSupervisor { supervisor in
            let entry = try sample()
            let request = LeaseRequest(fingerprint: RequestFingerprint(path: "/p", body: ByteBuffer(string: "wrong")))
            let status = try await supervisor.withEngine(for: entry, request: request) { connection in
                let response = try await connection.send(path: "/v1/chat/completions", body: ByteBuffer(string: "{}"))
                for try await _ in response.body {}
                return response.status
            }
            #expect((400..<500).contains(status))
            #expect(await supervisor.requests(of: entry.reference)?.hasAnswered == false)
            #expect(await supervisor.requests(of: entry.reference)?.suspects(at: .zero) == [])
            _ = try await supervisor.withEngine(for: entry, request: request) { try await $0.say() }
            #expect(await supervisor.requests(of: entry.reference)?.hasAnswered == true)
        }
    }
}

extension EngineSupervisor {
    /// Records two crashes during a request and another one.
    fileprivate func blame(_ request: RequestFingerprint) {
        let other = RequestFingerprint(path: "/p", body: ByteBuffer(string: "other"))
        for _ in 0..<2 { crashes.crashed(0, during: [request, other], at: time.now()) }
    }

    /// The lookups of a model's engine, and those that it has got.
    fileprivate func lookups(of reference: ModelReference) -> Int? { engines[reference]?.lookups.running.count }
    fileprivate func sentLookups(of reference: ModelReference) -> Int? { engines[reference]?.lookups.sent.count }

    /// The number of requests that wait for a model's engine.
    fileprivate func waitingRequests(of reference: ModelReference) -> Int? { engines[reference]?.admission.waiting.count }

    /// The requests that a model's engine works on.
    fileprivate func requests(of reference: ModelReference) -> RequestsAtWork? { engines[reference]?.requests }

    /// The free slots of a model's engine.
    fileprivate func freeSlots(for reference: ModelReference) -> Int? { engines[reference]?.admission.freeSlots }
}
