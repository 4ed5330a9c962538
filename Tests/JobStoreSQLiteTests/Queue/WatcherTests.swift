import JobStore
import JobStoreSQLite
import RoostCore
import Testing

@Suite struct WatcherTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    @Test func `every watcher hears each committed event of 64 concurrent writers once and in order`() async throws {
        let streams = (0..<3).map { _ in store.database.watchEvents() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<64 {
                group.addTask { [store] in
                    let job = try await store.create("org/name-\(writer)")
                    _ = try await store.database.prioritizeJob(id: job.id, priority: 1)
                    _ = try await store.database.pauseJob(id: job.id)
                    _ = try? await store.database.prioritizeJob(id: job.id, priority: 1000)
                    _ = try await store.database.resumeJob(id: job.id)
                    _ = try await store.database.cancelJob(id: job.id)
                }
            }
            try await group.waitForAll()
        }
        let written = try store.database.events(limit: 10_000)
        #expect(written.count == 64 * 5)
        try store.database.close()
        for stream in streams {
            var heard: [JobEvent] = []
            for await event in stream { heard.append(event) }
            #expect(heard == written)
        }
    }

    @Test func `a watcher hears nothing of a change that was rolled back`() async throws {
        let job = try await store.create()
        let stream = store.database.watchEvents()
        await #expect(throws: RoostError.self) {
            try await store.database.changeJob(id: job.id, message: nil) { job, _ in
                job.stage = .resolving
                job.progress = 7.5
            }
        }
        let twin = try await store.job(.failed, model: "twin/twin")
        _ = try await store.create("twin/twin")
        await #expect(throws: RoostError.self) { try await store.database.retryJob(id: twin.id) }
        try store.database.close()
        var heard: [JobEvent.Kind] = []
        for await event in stream { heard.append(event.kind) }
        #expect(heard == [.created, .started, .failed, .created])
    }

    @Test func `a watcher hears of orphans that are put back`() async throws {
        _ = try await store.job(.running)
        let stream = store.database.watchEvents()
        #expect(try await store.database.requeueOrphans() == 1)
        let written = try store.database.events().last
        try store.database.close()
        var heard: [JobEvent] = []
        for await event in stream { heard.append(event) }
        #expect(heard == [written].compactMap(\.self))
    }

    @Test func `a watcher that does not keep up is let go with what it has`() async throws {
        let job = try await store.create()
        let slow = store.database.watchEvents()
        for index in 0..<1100 { _ = try await store.database.prioritizeJob(id: job.id, priority: index % 2 + 1) }
        var heard: [Int64] = []
        for await event in slow { heard.append(event.id) }
        #expect(heard.count >= 1000 && heard.count < 1100)
        #expect(heard == Array((heard.first ?? 0)..<((heard.first ?? 0) + Int64(heard.count))))
        // It comes back with the number of the last one and misses nothing.
        let rest = try store.database.events(after: heard.last ?? 0)
        #expect(heard.count + rest.count == 1100)
    }

    @Test func `who watches a closed store is told at once`() async throws {
        try store.database.close()
        for await _ in store.database.watchEvents() { Issue.record("A closed store tells nothing.") }
    }
}
