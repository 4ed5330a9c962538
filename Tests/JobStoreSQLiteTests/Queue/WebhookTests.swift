import Foundation
import GRDB
import JobStore
import JobStoreSQLite
import RoostCore
import Testing

@Suite struct WebhookTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    private func due() async throws -> [String] {
        try await store.database.dueWebhooks(limit: 10, after: "", excluding: []).calls.map { "\($0.jobID) \($0.url) \($0.attempts)" }
    }

    @Test func `a call is due when the job ends and not before`() async throws {
        let job = try await store.create { $0.callbackURL = "http://caller/done" }
        _ = try await store.create("other/other")
        #expect(try await due().isEmpty && store.database.nextWebhook() == nil)
        var claim = try await store.claim()
        try await store.database.updateJob(claim) { $0.stage = .downloading }
        _ = try await store.database.pauseJob(id: job.id)
        _ = try await store.database.resumeJob(id: job.id)
        claim = try await store.claim()
        try await store.database.updateJob(claim) {
            $0.status = .queued
            $0.stage = .waitingForNetwork
        }
        #expect(try await due().isEmpty && store.database.nextWebhook() == nil)
        claim = try await store.claim()
        try await store.finish(claim)
        #expect(try await due() == ["\(job.id) http://caller/done 0"])
        #expect(try store.database.nextWebhook() != nil)
        try await store.finish(try await store.claim())
        #expect(try await due().count == 1)
    }

    @Test func `a pull that joins no other user's job leaves no callback there`() async throws {
        let job = try await store.create { $0.userID = "ann" }
        for user in ["bob", nil] {
            let error = await #expect(throws: RoostError.self) {
                try await store.create {
                    $0.userID = user
                    $0.joinsOwnOnly = true
                    $0.callbackURL = "http://caller/bob"
                }
            }
            #expect(error?.code == .conflict && error?.message.contains(job.id) == false)
        }
        let own = try await store.create {
            $0.userID = "ann"
            $0.joinsOwnOnly = true
            $0.callbackURL = "http://caller/ann"
        }
        #expect(own.id == job.id)
        try await store.finish(try await store.claim())
        #expect(try await due() == ["\(job.id) http://caller/ann 0"])
    }

    @Test(arguments: [JobState.succeeded, .failed, .canceled]) func `each end of a job makes the call due`(end: JobState) async throws {
        let created = try await store.create("state/name") { $0.callbackURL = "http://caller" }
        switch end {
        case .canceled: _ = try await store.database.cancelJob(id: created.id)
        default: try await store.finish(try await store.claim(), as: end == .failed ? .failed : .succeeded)
        }
        #expect(try await due() == ["\(created.id) http://caller 0"])
    }

    @Test func `a call that was answered is over, one that failed is due again at its time`() async throws {
        let job = try await store.create { $0.callbackURL = "http://caller" }
        try await store.finish(try await store.claim())
        let first = try #require(try await store.database.dueWebhooks(limit: 1, after: "", excluding: []).calls.first)
        try await store.database.webhookFailed(first, error: "503", nextTry: store.clock.date.addingTimeInterval(60))
        #expect(try await due().isEmpty)
        let next = try #require(try store.database.nextWebhook())
        #expect(abs(next.timeIntervalSince(store.clock.date) - 60) < 0.01)
        store.clock.advance(by: 60)
        #expect(try await due() == ["\(job.id) http://caller 1"])
        let second = try #require(try await store.database.dueWebhooks(limit: 1, after: "", excluding: []).calls.first)
        try await store.database.webhookFailed(second, error: "503", nextTry: nil)
        #expect(try await due().isEmpty && store.database.nextWebhook() == nil)
    }

    @Test func `an answered call is due again when the job is tried again and ends again`() async throws {
        let job = try await store.create { $0.callbackURL = "http://caller" }
        try await store.finish(try await store.claim(), as: .failed)
        try await store.database.webhookDelivered(try #require(try await store.database.dueWebhooks(limit: 1, after: "", excluding: []).calls.first))
        #expect(try await due().isEmpty && store.database.nextWebhook() == nil)
        _ = try await store.database.retryJob(id: job.id)
        #expect(try await due().isEmpty)
        try await store.finish(try await store.claim())
        #expect(try await due() == ["\(job.id) http://caller 0"])
    }

    @Test func `the result of a call that was overtaken by another end of the job is not recorded`() async throws {
        let job = try await store.create { $0.callbackURL = "http://caller" }
        try await store.finish(try await store.claim(), as: .failed)
        let first = try #require(try await store.database.dueWebhooks(limit: 1, after: "", excluding: []).calls.first)
        _ = try await store.database.retryJob(id: job.id)
        store.clock.advance(by: 1)
        try await store.finish(try await store.claim())
        try await store.database.webhookDelivered(first)
        #expect(try await due() == ["\(job.id) http://caller 0"])
        try await store.database.webhookFailed(first, error: "503", nextTry: nil)
        #expect(try await due() == ["\(job.id) http://caller 0"])
    }

    @Test func `a call that was not made yet waits when the job is tried again`() async throws {
        let job = try await store.create { $0.callbackURL = "http://caller" }
        try await store.finish(try await store.claim(), as: .failed)
        _ = try await store.database.retryJob(id: job.id)
        #expect(try await due().isEmpty)
        try await store.finish(try await store.claim())
        #expect(try await due() == ["\(job.id) http://caller 0"])
    }

    @Test func `a receiver's calls are handed out oldest first and survive a restart`() async throws {
        var ids: [String] = []
        for index in 0..<5 { ids.append(try await store.create("org/name-\(index)") { $0.callbackURL = "http://caller/\(index)" }.id) }
        for _ in ids {
            try await store.finish(try await store.claim())
            store.clock.advance(by: 1)
        }
        try store.database.close()
        let reopened = try TestStore.open(store.path, store.clock)
        for id in ids {
            let calls = try await reopened.dueWebhooks(limit: 3, after: "", excluding: []).calls
            #expect(calls.map(\.jobID) == [id] && calls.map(\.receiver) == ["http://caller"])
            try await reopened.webhookDelivered(try #require(calls.first))
        }
        #expect(try await reopened.dueWebhooks(limit: 3, after: "", excluding: []).calls.isEmpty)
    }

    @Test func `thousands of calls of one receiver hide no other, and all receivers get their turn`() async throws {
        let due = store.now.rawValue
        try await store.database.write { db in
            try db.execute(
                sql: """
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
                    INSERT INTO job_webhooks (job_id, url, next_try) SELECT 'dead-' || i, 'http://dead.example/' || i, '2020' FROM n
                    """)
            for (index, receiver) in ["https://a.example", "http://B.example:81", "http://b.example:82", "http://z.example"].enumerated() {
                try db.execute(
                    sql: "INSERT INTO job_webhooks (job_id, url, next_try) VALUES (?, ?, ?)", arguments: ["job-\(index)", receiver + "?x=/", due])
            }
        }
        let all = ["http://b.example:81", "http://b.example:82", "http://dead.example", "http://z.example", "https://a.example"]
        let everything = try await store.database.dueWebhooks(limit: 10, after: "", excluding: [])
        #expect(everything.calls.map(\.receiver) == all && everything.isComplete)
        let first = try await store.database.dueWebhooks(limit: 2, after: "", excluding: [])
        #expect(first.calls.map(\.receiver) == Array(all[0...1]) && !first.isComplete && first.last == all[1])
        let second = try await store.database.dueWebhooks(limit: 2, after: first.last, excluding: [all[2]])
        #expect(second.calls.map(\.receiver) == Array(all[3...4]))
        let third = try await store.database.dueWebhooks(limit: 9, after: second.last, excluding: [])
        #expect(third.calls.map(\.receiver) == all && third.isComplete)
        // Behind a receiver that is not there any more.
        let turned = try await store.database.dueWebhooks(limit: 9, after: "http://c.example", excluding: [])
        #expect(turned.calls.map(\.receiver) == [all[2], all[3], all[4], all[0], all[1]] && turned.isComplete)
    }

    @Test func `one job calls 32 addresses and no more`() async throws {
        let job = try await store.create { $0.callbackURL = "http://caller/0" }
        for number in 1..<32 { #expect(try await store.create { $0.callbackURL = "http://caller/\(number)" }.id == job.id) }
        let error = await #expect(throws: RoostError.self) { try await store.create { $0.callbackURL = "http://caller/32" } }
        #expect(error?.code == .conflict && error?.field == "callback_url" && error?.message.contains(job.id) == true)
        #expect(try await store.create { $0.callbackURL = "http://caller/31" }.id == job.id)
        #expect(try await store.create().id == job.id)
        #expect(try await store.database.write { try Int.fetchOne($0, sql: "SELECT count(*) FROM job_webhooks") } == 32)
    }

    @Test func `deleting a job drops its call`() async throws {
        let job = try await store.create { $0.callbackURL = "http://caller" }
        _ = try await store.database.cancelJob(id: job.id)
        try await store.database.deleteJob(id: job.id)
        #expect(try await due().isEmpty && store.database.nextWebhook() == nil)
    }
}
