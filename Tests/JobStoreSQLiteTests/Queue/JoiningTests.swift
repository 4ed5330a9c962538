import JobStore
import JobStoreSQLite
import RoostCore
import Testing

@Suite struct JoiningTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    @Test func `an identical active pull is joined, a different one is not`() async throws {
        let first = try await store.create()
        #expect(try await store.create() == first)
        let joined = try await store.create {
            $0.priority = 5
            $0.userID = "another"
            $0.tags = ["x"]
        }
        #expect(joined == first)
        let different = [
            try await store.create { $0.quantize = .fp16 }, try await store.create("org/name:Q8_0"), try await store.create { $0.revision = "v2" },
            try await store.create { $0.initialize = true }, try await store.create("org/Name"),
        ]
        #expect(Set(different.map(\.id) + [first.id]).count == 6)
        #expect(try await store.database.allJobs().count == 6)
        #expect(try store.kinds(of: first.id) == ["created"])
    }

    @Test(arguments: JobState.allCases) func `a job is joined while it is active and no longer`(state: JobState) async throws {
        let job = try await store.job(state)
        let isActive = [.queued, .running].contains(job.status)
        #expect((try await store.create(job.model).id == job.id) == isActive)
        #expect(try await store.database.allJobs().count == (isActive ? 1 : 2))
    }

    @Test func `one hundred callers asking at once get one job`() async throws {
        let pull = NewPull(model: try ModelReference(parsing: "org/name"))
        let ids = try await withThrowingTaskGroup(of: String.self, returning: Set<String>.self) { group in
            for _ in 0..<100 { group.addTask { [store] in try await store.database.createJob(pull).id } }
            return try await group.reduce(into: []) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(try await store.database.allJobs().count == 1)
        #expect(try store.database.events().map(\.kind) == [.created])
    }

    @Test func `a job is joined across a restart of the server`() async throws {
        let queued = try await store.create("a/a")
        let running = try await store.job(.running, model: "b/b")
        try store.database.close()
        let reopened = try TestStore.open(store.path, store.clock)
        #expect(try await reopened.createJob(NewPull(model: ModelReference(parsing: "a/a"))).id == queued.id)
        #expect(try await reopened.createJob(NewPull(model: ModelReference(parsing: "b/b"))).id == running.id)
        #expect(try await reopened.requeueOrphans() == 1)
        #expect(try await reopened.createJob(NewPull(model: ModelReference(parsing: "b/b"))).id == running.id)
        #expect(try await reopened.allJobs().count == 2)
    }
}
