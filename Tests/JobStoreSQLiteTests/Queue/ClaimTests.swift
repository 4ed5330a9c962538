import Foundation
import JobStore
import JobStoreSQLite
import RoostCore
import Testing

@Suite struct ClaimTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    @Test func `jobs are claimed oldest first, each once, and say who holds them since when`() async throws {
        let ids = [try await store.create("a/a").id, try await store.create("b/b").id]
        var claimed: [Job?] = []
        for _ in 0..<3 { claimed.append(try await store.database.claimNextJob(owner: "one")) }
        #expect(claimed.map { $0?.id } == [ids[0], ids[1], nil])
        let job = try #require(claimed[0])
        #expect(job.status == .running && job.stage == nil && job.startedAt == store.now)
        #expect(job.claim?.jobID == ids[0] && job.claim?.owner == "one" && job.claim?.attempt == 1)
        #expect(try store.database.job(id: ids[0]) == job)
    }

    @Test func `a higher priority goes first, equal ones by age`() async throws {
        var expected: [(String, Int)] = []
        for (index, priority) in [0, 5, -5, 5, 100, 0, -100].enumerated() {
            let job = try await store.create("org/name-\(index)") { $0.priority = priority }
            expected.append((job.id, priority))
        }
        let sorted = expected.enumerated().sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }.map(\.element.0)
        var claimed: [String] = []
        while let job = try await store.database.claimNextJob(owner: "one") { claimed.append(job.id) }
        #expect(claimed == sorted)
    }

    @Test(arguments: [1, 7, 100]) func `who waits ten minutes for each point of priority overtakes`(points: Int) async throws {
        let old = try await store.create("old/low") { $0.priority = -points + points / 2 }
        // The new one comes one second before the old one has waited long enough, then one second after.
        store.clock.advance(by: Double(points) * 600 - 2)
        let early = try await store.create("early/high") { $0.priority = points / 2 }
        store.clock.advance(by: 1)
        let late = try await store.create("late/high") { $0.priority = points / 2 }
        var claimed: [String] = []
        while let job = try await store.database.claimNextJob(owner: "one") { claimed.append(job.id) }
        #expect(claimed == [early.id, old.id, late.id])
    }

    @Test func `jobs created in the same millisecond are claimed in the order they came`() async throws {
        var ids: [String] = []
        for index in 0..<20 {
            ids.append(try await store.database.createJob(NewPull(model: ModelReference(parsing: "org/name-\(index)"))).id)
        }
        var claimed: [String] = []
        while let job = try await store.database.claimNextJob(owner: "one") { claimed.append(job.id) }
        #expect(claimed == ids)
    }

    @Test func `a job is passed over until its time has come, and the next such time is known`() async throws {
        let database = store.database
        #expect(try database.nextRunAfter() == nil)
        let start = store.clock.date
        let later = try await store.create("later/urgent") {
            $0.priority = 100
            $0.runAfter = Timestamp(start.addingTimeInterval(30))
        }
        let last = try await store.create("last/urgent") {
            $0.priority = 100
            $0.runAfter = Timestamp(start.addingTimeInterval(40))
        }
        let plain = try await store.create("plain/plain")
        let next = try #require(try database.nextRunAfter())
        #expect(abs(next.timeIntervalSince(start) - 30) < 0.01)
        #expect(try await database.claimNextJob(owner: "one")?.id == plain.id)
        #expect(try await database.claimNextJob(owner: "one") == nil)
        store.clock.advance(by: 26.999)
        #expect(try await database.claimNextJob(owner: "one") == nil)
        store.clock.advance(by: 0.001)
        let claimed = try #require(try await database.claimNextJob(owner: "one"))
        #expect(claimed.id == later.id && claimed.runAfter == nil)
        _ = try await database.pauseJob(id: last.id)
        #expect(try database.nextRunAfter() == nil)
    }

    @Test func `a try that a wrong clock has put off by a day is made after the next start, a time that was asked for stays`() async throws {
        let waiting = try await store.job(.waiting)
        let asked = try await store.create("asked/for") { $0.runAfter = Timestamp(store.clock.date.addingTimeInterval(86_400)) }
        store.clock.advance(by: -86_400)
        #expect(try await store.database.claimNextJob(owner: "one") == nil)
        try await store.database.requeueOrphans()
        #expect(try await store.claim().jobID == waiting.id)
        #expect(try await store.database.claimNextJob(owner: "one") == nil)
        #expect(try store.database.job(id: asked.id)?.runAfter == asked.runAfter)
    }

    @Test func `paused jobs are passed over until they are resumed`() async throws {
        let (first, second) = (try await store.create("a/a"), try await store.create("b/b"))
        _ = try await store.database.pauseJob(id: first.id)
        #expect(try await store.database.claimNextJob(owner: "one")?.id == second.id)
        #expect(try await store.database.claimNextJob(owner: "one") == nil)
        _ = try await store.database.resumeJob(id: first.id)
        #expect(try await store.database.claimNextJob(owner: "one")?.id == first.id)
    }

    @Test func `two hundred jobs are claimed and finished exactly once by eight workers`() async throws {
        for index in 0..<200 { _ = try await store.create("org/name-\(index)") }
        let finished = try await withThrowingTaskGroup(of: [String].self, returning: [String].self) { group in
            for worker in 0..<8 {
                group.addTask { [store] in
                    var mine: [String] = []
                    while let claim = try await store.database.claimNextJob(owner: "worker \(worker)")?.claim {
                        try await store.database.updateJob(claim, isProgress: true) { $0.progress = 0.5 }
                        if try await store.finish(claim) { mine.append(claim.jobID) }
                        // The second time the claim no longer holds.
                        #expect(try await store.finish(claim) == false)
                    }
                    return mine
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(finished.count == 200 && Set(finished).count == 200)
        #expect(try await store.database.jobCounts() == ["succeeded": 200])
        for id in finished { #expect(try store.kinds(of: id) == ["created", "started", "succeeded"]) }
    }

    @Test func `running jobs of a dead process go back to the queue, others stay`() async throws {
        let running = try await store.job(.running, model: "a/a")
        let others = [
            try await store.job(.succeeded, model: "b/b"), try await store.job(.failed, model: "c/c"), try await store.job(.paused, model: "d/d"),
            try await store.job(.waiting, model: "e/e"), try await store.job(.odd, model: "f/f"), try await store.job(.queued, model: "g/g"),
        ]
        #expect(try await store.database.requeueOrphans() == 1)
        let requeued = try #require(try store.database.job(id: running.id))
        #expect(requeued.status == .queued && requeued.stage == nil && requeued.startedAt == nil && requeued.owner == nil)
        #expect(requeued.attempt == running.attempt && requeued.createdAt == running.createdAt)
        #expect(try store.kinds(of: running.id) == ["created", "started", "requeued"])
        for other in others { #expect(try store.database.job(id: other.id) == other) }
        #expect(try await store.database.requeueOrphans() == 0)
        #expect(try await store.database.claimNextJob(owner: "two")?.claim?.attempt == 2)
    }

    /// The process that runs jobs is killed, and the next one starts.
    @Test func `the statement that requeues all orphans does what the rule says`() async throws {
        _ = try await store.create { $0.priority = 3 }
        let claim = try await store.claim()
        try await store.database.updateJob(claim) { ($0.stage, $0.downloadedBytes, $0.totalBytes) = (.downloading, 5, 9) }
        var expected = try #require(try store.database.job(id: claim.jobID))
        expected.requeue()
        try await store.database.requeueOrphans()
        #expect(try store.database.job(id: claim.jobID) == expected)
    }

    private func die(_ limit: Int? = 3) async throws -> Int { try await store.database.requeueOrphans(failAfter: limit) }

    @Test func `a job whose process ends again and again without a byte fails with a sentence, and can be tried again`() async throws {
        let job = try await store.create { $0.callbackURL = "http://caller" }
        for _ in 1...2 {
            _ = try await store.claim()
            #expect(try await die() == 1)
        }
        _ = try await store.claim()
        #expect(try await die() == 0)
        let failed = try #require(try store.database.job(id: job.id))
        #expect(failed.status == .failed && failed.finishedAt == store.now && failed.owner == nil && failed.stage == nil)
        #expect(failed.error?.contains("3 times in a row") == true && failed.error?.contains("roost jobs retry \(job.id)") == true)
        #expect(try store.kinds(of: job.id).last == "failed")
        #expect(try await store.database.dueWebhooks(limit: 1, after: "", excluding: []).calls.map(\.jobID) == [job.id])
        _ = try await store.database.retryJob(id: job.id)
        for _ in 1...2 {
            _ = try await store.claim()
            #expect(try await die() == 1)
        }
    }

    @Test func `bytes that come, a run that ends otherwise, and a pause begin the count of dead processes anew`() async throws {
        let job = try await store.create()
        for bytes in [10, 20, 20, 30, 30, 40] as [Int64] {
            let claim = try await store.claim()
            // A run begins by looking at what is there: the count of bytes starts at zero.
            for now in [0, bytes] { #expect(try await store.database.updateJob(claim, isProgress: true) { $0.downloadedBytes = now }) }
            #expect(try await die() == 1)
        }
        var claim = try await store.claim()
        #expect(try await die() == 1)
        claim = try await store.claim()
        try await store.database.updateJob(claim) { $0.status = .queued }
        for _ in 1...2 {
            _ = try await store.claim()
            #expect(try await die() == 1)
        }
        _ = try await store.claim()
        _ = try await store.database.pauseJob(id: job.id)
        _ = try await store.database.resumeJob(id: job.id)
        _ = try await store.claim()
        #expect(try await die() == 1)
        for _ in 1...5 {
            _ = try await store.claim()
            #expect(try await die(nil) == 1)
        }
    }

    @Test func `jobs whose process ended nearly too often begin a minute apart, and none fails for another`() async throws {
        let killer = try await store.create("a/killer") { $0.priority = 10 }
        let other = try await store.create("b/other")
        for _ in 1...2 {
            #expect(try await [store.claim().jobID, store.claim().jobID] == [killer.id, other.id])
            #expect(try await die() == 2)
            store.clock.advance(by: 1)
        }
        #expect(try await store.claim().jobID == killer.id)
        #expect(try await store.database.claimNextJob(owner: "one") == nil)
        #expect(try await die() == 0)
        #expect(try store.database.job(id: killer.id)?.status == .failed)
        store.clock.advance(by: 60)
        try await store.finish(try await store.claim())
        #expect(try store.database.job(id: other.id)?.status == .succeeded)
    }
}
