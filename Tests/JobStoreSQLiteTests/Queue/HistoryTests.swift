import GRDB
import JobStore
import RoostCore
import Testing

@testable import JobStoreSQLite

@Suite struct HistoryTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    @Test func `the history tells the whole life of a job in order`() async throws {
        let database = store.database
        let job = try await store.create()
        let id = job.id
        var claim = try await store.claim()
        for stage in [PullStage.resolving, .planning, .planning, .downloading] { try await database.updateJob(claim) { $0.stage = stage } }
        try await database.addNote("Q4_K_M was chosen.", to: claim)
        for step in 1...3 { try await database.updateJob(claim, isProgress: true) { $0.progress = Double(step) / 4 } }
        try await database.updateJob(claim, message: "The Hub does not answer.") {
            $0.status = .queued
            $0.stage = .waitingForNetwork
            $0.retryCount += 1
        }
        claim = try await store.claim()
        _ = try await database.pauseJob(id: id)
        _ = try await database.prioritizeJob(id: id, priority: 3)
        _ = try await database.resumeJob(id: id)
        claim = try await store.claim("two")
        #expect(try await database.requeueOrphans() == 1)
        claim = try await store.claim("three")
        try await store.finish(claim, as: .failed)
        _ = try await database.retryJob(id: id)
        _ = try await database.cancelJob(id: id)
        _ = try await database.retryJob(id: id)
        claim = try await store.claim("four")
        try await database.updateJob(claim) { $0.stage = .loading }
        try await store.finish(claim)

        let events = try database.events(of: id)
        #expect(
            events.map { "\($0.kind.rawValue) \($0.status.rawValue) \($0.stage?.rawValue ?? "-")" } == [
                "created queued -", "started running -", "stage running resolving", "stage running planning", "stage running downloading",
                "note running downloading", "retry_scheduled queued waiting_network", "started running -", "paused queued paused",
                "reprioritized queued paused", "resumed queued -", "started running -", "requeued queued -", "started running -",
                "failed failed -", "requeued queued -", "canceled failed canceled", "requeued queued -", "started running -",
                "stage running loading", "succeeded succeeded -",
            ])
        #expect(events.map(\.id) == events.map(\.id).sorted() && Set(events.map(\.id)).count == events.count)
        #expect(events.allSatisfy { $0.jobID == id && $0.time == store.now })
        #expect(events[6].message == "The Hub does not answer.")
        let last = try #require(try database.job(id: id))
        #expect(last.attempt == 5 && last.retryCount == 0 && last.owner == nil)
    }

    @Test func `the history is read in parts, of one job or of all`() async throws {
        let (first, second) = (try await store.create("a/a"), try await store.create("b/b"))
        _ = try await store.claim()
        _ = try await store.claim()
        let all = try store.database.events()
        #expect(all.map(\.jobID) == [first.id, second.id, first.id, second.id])
        #expect(try store.database.events(limit: 3) == Array(all.prefix(3)))
        #expect(try store.database.events(after: all[1].id) == Array(all.suffix(2)))
        #expect(try store.database.events(of: second.id, after: all[1].id) == [all[3]])
        #expect(try store.database.events(of: "nobody").isEmpty)
        #expect(try await store.database.lastEventNumber(of: .all) == all[3].id)
    }

    @Test func `the history of a user has the events of the user's jobs and no others`() async throws {
        let anns = try await store.create("a/a") { $0.userID = "ann" }
        let other = try await store.create("b/b")
        for job in [anns, other, anns] {
            _ = try await store.database.pauseJob(id: job.id)
            _ = try await store.database.resumeJob(id: job.id)
        }
        let all = try store.database.events()
        let own = all.filter { $0.jobID == anns.id }
        #expect(own.count == 5 && all.count == 8)
        #expect(try await store.database.history(of: .user("ann"), after: 0, limit: 100) == own)
        #expect(try await store.database.history(of: .user("ann"), after: own[1].id, limit: 2) == Array(own[2...3]))
        #expect(try await store.database.lastEventNumber(of: .user("ann")) == own[4].id)
        #expect(try await store.database.lastEventNumber(of: .job(other.id)) == all.last { $0.jobID == other.id }?.id)
        for user in ["bob", "", "ann\0", "Ann"] {
            #expect(try await store.database.history(of: .user(user), after: 0, limit: 100).isEmpty)
            #expect(try await store.database.lastEventNumber(of: .user(user)) == 0)
        }
    }

    @Test(arguments: [1, 2, 3, 100] as [Int64])
    func `the history of a user with many events is looked for in the order of the events, and is the same`(window: Int64) async throws {
        _ = try await store.database.deleteJob(id: store.job(.canceled).id)
        for number in 0..<12 {
            _ = try await store.create("a/\(number)") { $0.userID = number % 3 == 0 ? nil : ["ann", "bob"][number % 2] }
        }
        for user in ["ann", "bob", "carl"] {
            let own = try await store.database.history(ofUser: user, after: 0, limit: 100)
            #expect(own.count == (user == "carl" ? 0 : 4))
            for (after, limit) in [(0, 100), (own.first?.id ?? 0, 2), (0, 1), (own.last?.id ?? 0, 5)] as [(Int64, Int)] {
                let expected = Array(own.filter { $0.id > after }.prefix(limit))
                let found = try await store.database.history(ofUser: user, after: after, limit: limit, many: 0, window: window)
                #expect(found == expected)
            }
        }
    }

    @Test func `the numbers of deleted events are never used again`() async throws {
        let job = try await store.job(.canceled)
        let last = try await store.database.lastEventNumber(of: .all)
        try await store.database.deleteJob(id: job.id)
        #expect(try store.database.events().isEmpty)
        let next = try await store.create()
        #expect(try store.database.events(of: next.id).map(\.id) == [last + 1])
    }

    @Test func `the history of a job keeps its newest ten thousand events`() async throws {
        let job = try await store.create()
        let other = try await store.create("other/other")
        try await store.database.write { db in
            try db.execute(
                sql: """
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
                    INSERT INTO job_events (job_id, time, kind, status, message) SELECT ?, '2026', 'note', 'queued', i FROM n
                    """, arguments: [job.id])
        }
        for _ in 1...3 {
            _ = try await store.database.pauseJob(id: job.id)
            _ = try await store.database.resumeJob(id: job.id)
        }
        let events = try await store.database.history(of: .job(job.id), after: 0, limit: 20_000)
        #expect(events.count == 10_000 && events.last?.kind == .resumed && events.first?.message == "7")
        #expect(try store.kinds(of: other.id) == ["created"])
    }
}
