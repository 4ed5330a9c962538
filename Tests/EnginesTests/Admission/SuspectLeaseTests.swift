import ModelLibrary
import NIOCore
import RoostCore
import Testing

@testable import Engines

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
}

extension EngineSupervisor {
    /// Records two crashes during a request and another one.
    fileprivate func blame(_ request: RequestFingerprint) {
        let other = RequestFingerprint(path: "/p", body: ByteBuffer(string: "other"))
        for _ in 0..<2 { crashes.crashed(0, during: [request, other], at: time.now()) }
    }

    /// The free slots of a model's engine.
    fileprivate func freeSlots(for reference: ModelReference) -> Int? { engines[reference]?.admission.freeSlots }
}
