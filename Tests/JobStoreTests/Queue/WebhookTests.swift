import Foundation
import JobStore
import RoostCore
import Testing

@Suite struct WebhookTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    private func due() throws -> [String] { try store.database.dueWebhooks(limit: 10).map { "\($0.jobID) \($0.url) \($0.attempts)" } }

    @Test func `a call is due when the job ends and not before`() async throws {
        let job = try await store.create { $0.callbackURL = "http://caller/done" }
        _ = try await store.create("other/other")
        #expect(try due().isEmpty && store.database.nextWebhook() == nil)
        var claim = try await store.claim()
        try await store.database.updateJob(claim) { $0.stage = .downloading }
        _ = try await store.database.pauseJob(id: job.id)
        _ = try await store.database.resumeJob(id: job.id)
        claim = try await store.claim()
        try await store.database.updateJob(claim) {
            $0.status = .queued
            $0.stage = .waitingForNetwork
        }
        #expect(try due().isEmpty && store.database.nextWebhook() == nil)
        claim = try await store.claim()
        try await store.finish(claim)
        #expect(try due() == ["\(job.id) http://caller/done 0"])
        #expect(try store.database.nextWebhook() != nil)
        try await store.finish(try await store.claim())
        #expect(try due().count == 1)
    }

    @Test(arguments: [JobState.succeeded, .failed, .canceled]) func `each end of a job makes the call due`(end: JobState) async throws {
        let created = try await store.create("state/name") { $0.callbackURL = "http://caller" }
        switch end {
        case .canceled: _ = try await store.database.cancelJob(id: created.id)
        default: try await store.finish(try await store.claim(), as: end == .failed ? .failed : .succeeded)
        }
        #expect(try due() == ["\(created.id) http://caller 0"])
    }

    @Test func `a call that was answered is over, one that failed is due again at its time`() async throws {
        let job = try await store.create { $0.callbackURL = "http://caller" }
        try await store.finish(try await store.claim())
        let first = try #require(try store.database.dueWebhooks(limit: 1).first)
        try await store.database.webhookFailed(first, error: "503", nextTry: store.clock.date.addingTimeInterval(60))
        #expect(try due().isEmpty)
        let next = try #require(try store.database.nextWebhook())
        #expect(abs(next.timeIntervalSince(store.clock.date) - 60) < 0.01)
        store.clock.advance(by: 60)
        #expect(try due() == ["\(job.id) http://caller 1"])
        let second = try #require(try store.database.dueWebhooks(limit: 1).first)
        try await store.database.webhookFailed(second, error: "503", nextTry: nil)
        #expect(try due().isEmpty && store.database.nextWebhook() == nil)
    }

    @Test func `an answered call is due again when the job is tried again and ends again`() async throws {
        let job = try await store.create { $0.callbackURL = "http://caller" }
        try await store.finish(try await store.claim(), as: .failed)
        try await store.database.webhookDelivered(try #require(try store.database.dueWebhooks(limit: 1).first))
        #expect(try due().isEmpty && store.database.nextWebhook() == nil)
        _ = try await store.database.retryJob(id: job.id)
        #expect(try due().isEmpty)
        try await store.finish(try await store.claim())
        #expect(try due() == ["\(job.id) http://caller 0"])
    }

    @Test func `the result of a call that was overtaken by another end of the job is not recorded`() async throws {
        let job = try await store.create { $0.callbackURL = "http://caller" }
        try await store.finish(try await store.claim(), as: .failed)
        let first = try #require(try store.database.dueWebhooks(limit: 1).first)
        _ = try await store.database.retryJob(id: job.id)
        store.clock.advance(by: 1)
        try await store.finish(try await store.claim())
        try await store.database.webhookDelivered(first)
        #expect(try due() == ["\(job.id) http://caller 0"])
        try await store.database.webhookFailed(first, error: "503", nextTry: nil)
        #expect(try due() == ["\(job.id) http://caller 0"])
    }

    @Test func `a call that was not made yet waits when the job is tried again`() async throws {
        let job = try await store.create { $0.callbackURL = "http://caller" }
        try await store.finish(try await store.claim(), as: .failed)
        _ = try await store.database.retryJob(id: job.id)
        #expect(try due().isEmpty)
        try await store.finish(try await store.claim())
        #expect(try due() == ["\(job.id) http://caller 0"])
    }

    @Test func `calls are handed out oldest first and survive a restart`() async throws {
        var ids: [String] = []
        for index in 0..<5 { ids.append(try await store.create("org/name-\(index)") { $0.callbackURL = "http://caller/\(index)" }.id) }
        for _ in ids {
            try await store.finish(try await store.claim())
            store.clock.advance(by: 1)
        }
        #expect(try store.database.dueWebhooks(limit: 3).map(\.jobID) == Array(ids.prefix(3)))
        try store.database.close()
        let reopened = try TestStore.open(store.path, store.clock)
        #expect(try reopened.dueWebhooks(limit: 10).map(\.jobID) == ids)
    }

    @Test func `deleting a job drops its call`() async throws {
        let job = try await store.create { $0.callbackURL = "http://caller" }
        _ = try await store.database.cancelJob(id: job.id)
        try await store.database.deleteJob(id: job.id)
        #expect(try due().isEmpty && store.database.nextWebhook() == nil)
    }
}
