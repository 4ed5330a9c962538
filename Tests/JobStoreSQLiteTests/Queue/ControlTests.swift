import JobStore
import JobStoreSQLite
import RoostCore
import Testing

@Suite struct ControlTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    /// What people can do to a job.
    enum Action: String, Sendable, CaseIterable {
        case cancel, pause, resume, retry, prioritize, delete
    }

    /// What must come of it: the event, `same` when nothing changes, or the code of the refusal.
    private static let table: [JobState: [Action: String]] = [
        .queued: [
            .cancel: "canceled", .pause: "paused", .resume: "same", .retry: "conflict", .prioritize: "reprioritized", .delete: "conflict",
        ],
        .paused: [
            .cancel: "canceled", .pause: "same", .resume: "resumed", .retry: "conflict", .prioritize: "reprioritized", .delete: "conflict",
        ],
        .waiting: [
            .cancel: "canceled", .pause: "paused", .resume: "stage", .retry: "conflict", .prioritize: "reprioritized", .delete: "conflict",
        ],
        .running: [
            .cancel: "canceled", .pause: "paused", .resume: "conflict", .retry: "conflict", .prioritize: "reprioritized", .delete: "conflict",
        ],
        .succeeded: [
            .cancel: "conflict", .pause: "conflict", .resume: "conflict", .retry: "conflict", .prioritize: "conflict", .delete: "deleted",
        ],
        .failed: [
            .cancel: "conflict", .pause: "conflict", .resume: "conflict", .retry: "requeued", .prioritize: "conflict", .delete: "deleted",
        ],
        .canceled: [
            .cancel: "conflict", .pause: "conflict", .resume: "conflict", .retry: "requeued", .prioritize: "conflict", .delete: "deleted",
        ],
        .odd: [
            .cancel: "conflict", .pause: "conflict", .resume: "conflict", .retry: "conflict", .prioritize: "conflict", .delete: "deleted",
        ],
    ]

    private func perform(_ action: Action, on id: String) async throws -> Job? {
        let database = store.database
        switch action {
        case .cancel: return try await database.cancelJob(id: id)
        case .pause: return try await database.pauseJob(id: id)
        case .resume: return try await database.resumeJob(id: id)
        case .retry: return try await database.retryJob(id: id)
        case .prioritize: return try await database.prioritizeJob(id: id, priority: -3)
        case .delete:
            try await database.deleteJob(id: id)
            return nil
        }
    }

    @Test(arguments: JobState.allCases, Action.allCases)
    func `each action is allowed exactly where the table says so`(state: JobState, action: Action) async throws {
        let expected = try #require(Self.table[state]?[action])
        let job = try await store.job(state)
        let kinds = try store.kinds(of: job.id)
        store.clock.advance(by: 5)
        if expected == "conflict" {
            let error = await #expect(throws: RoostError.self) { try await perform(action, on: job.id) }
            #expect(error?.code == .conflict)
            #expect(error?.message.contains(job.status.rawValue) == true)
            #expect(try store.database.job(id: job.id) == job)
            #expect(try store.kinds(of: job.id) == kinds)
        } else if action == .delete {
            #expect(try await perform(action, on: job.id) == nil)
            #expect(try store.database.job(id: job.id) == nil)
            #expect(try store.kinds(of: job.id).isEmpty)
        } else {
            let after = try #require(try await perform(action, on: job.id))
            #expect(try store.database.job(id: job.id) == after)
            #expect(after == result(of: action, on: job))
            #expect(try store.kinds(of: job.id) == kinds + (expected == "same" ? [] : [expected]))
        }
    }

    /// The job as an allowed action must leave it.
    private func result(of action: Action, on job: Job) -> Job {
        var job = job
        switch action {
        case .cancel:
            (job.status, job.stage, job.finishedAt, job.owner, job.runAfter) = (.failed, .canceled, store.now, nil, nil)
            job.error = "The pull was canceled."
        case .pause: (job.status, job.stage, job.startedAt, job.owner) = (.queued, .paused, nil, nil)
        case .resume: (job.stage, job.runAfter) = (nil, nil)
        case .retry:
            (job.status, job.stage, job.startedAt, job.finishedAt) = (.queued, nil, nil, nil)
            (job.error, job.traceback, job.runAfter, job.retryCount) = (nil, nil, nil, 0)
        case .prioritize: job.priority = -3
        case .delete: break
        }
        return job
    }

    @Test(arguments: Action.allCases) func `a job that is not there is not found`(action: Action) async throws {
        let error = await #expect(throws: RoostError.self) { try await perform(action, on: "nobody") }
        #expect(error?.code == .notFound)
        #expect(try store.database.events().isEmpty)
    }

    @Test(arguments: [-101, 101, .min, .max]) func `a priority beyond the bounds is refused`(priority: Int) async throws {
        let job = try await store.create()
        let error = await #expect(throws: RoostError.self) { try await store.database.prioritizeJob(id: job.id, priority: priority) }
        #expect(error?.code == .invalidRequest && error?.field == "priority")
        #expect(try store.database.job(id: job.id) == job)
    }

    @Test(arguments: [-100, 100]) func `the bounds themselves are priorities, and the same again is no news`(priority: Int) async throws {
        let job = try await store.create()
        #expect(try await store.database.prioritizeJob(id: job.id, priority: priority).priority == priority)
        #expect(try await store.database.prioritizeJob(id: job.id, priority: priority).priority == priority)
        #expect(try store.database.events(of: job.id).map(\.message) == [nil, "priority \(priority)"])
    }

    @Test func `a failed job is not tried again beside an identical active one, and is once that has ended`() async throws {
        let failed = try await store.job(.failed)
        let active = try await store.create(failed.model)
        let error = await #expect(throws: RoostError.self) { try await store.database.retryJob(id: failed.id) }
        #expect(error?.code == .conflict)
        #expect(try store.database.job(id: failed.id) == failed)
        #expect(try store.kinds(of: failed.id) == ["created", "started", "failed"])
        _ = try await store.database.cancelJob(id: active.id)
        #expect(try await store.database.retryJob(id: failed.id).status == .queued)
        let other = await #expect(throws: RoostError.self) { try await store.database.retryJob(id: active.id) }
        #expect(other?.code == .conflict)
    }

    @Test func `a priority that is given moves a waiting job`() async throws {
        let (first, second) = (try await store.create("a/a"), try await store.create("b/b"))
        _ = try await store.database.prioritizeJob(id: second.id, priority: 1)
        #expect(try await store.database.claimNextJob(owner: "one")?.id == second.id)
        #expect(try await store.database.claimNextJob(owner: "one")?.id == first.id)
    }
}
