import Foundation
import GRDB
import JobStore
import RoostCore
import TestSupport
import Testing

@Suite struct ListingTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    /// Jobs that differ in everything a filter looks at.
    private func fill() async throws {
        var generator = SeededGenerator(seed: 7)
        for index in 0..<120 {
            let state = try #require(JobState.allCases.randomElement(using: &generator))
            store.clock.advance(by: Double(Int.random(in: 0...3, using: &generator)) / 1000)
            let (user, workspace, tags) = (Int.random(in: 0...2, using: &generator), Int.random(in: 0...2, using: &generator), index % 4)
            let pull = try pull(model: index % 3, user: user, workspace: workspace, tags: tags, revision: index)
            let job = try await store.database.createJob(pull)
            let status: JobStatus =
                switch state {
                case .queued, .paused, .waiting: .queued
                case .running: .running
                case .succeeded: .succeeded
                case .failed, .canceled: .failed
                case .odd: JobStatus(rawValue: "banana")
                }
            try await store.database.write {
                try $0.execute(sql: "UPDATE jobs SET status = ? WHERE id = ?", arguments: [status.rawValue, job.id])
            }
        }
    }

    private func pull(model: Int, user: Int, workspace: Int, tags: Int, revision: Int) throws -> NewPull {
        var pull = NewPull(model: try ModelReference(parsing: "org/name-\(model)"))
        pull.revision = "r\(revision)"
        pull.userID = user == 0 ? nil : "user-\(user)"
        pull.workspaceID = workspace == 0 ? nil : "workspace-\(workspace)"
        pull.tags = [[], ["red"], ["red", "round"], ["ro\"und", "und"]][tags]
        return pull
    }

    @Test func `every filter lets through what a look at each job lets through`() async throws {
        try await fill()
        let everything = try await store.database.allJobs()
        #expect(everything.count == 120)
        #expect(everything.map(\.createdAt.rawValue) == everything.map(\.createdAt.rawValue).sorted(by: >))
        let middle = everything[60].createdAt
        var compared = 0
        for status in [nil, JobStatus.queued, .failed, JobStatus(rawValue: "banana"), JobStatus(rawValue: "absent")] {
            for model in [nil, "org/name-1", "org/name"] {
                for user in [nil, "user-1", "user"] {
                    for workspace in [nil, "workspace-2"] {
                        for tag in [nil, "red", "round", "und", "r"] {
                            for since in [nil, middle] {
                                var filter = JobFilter(status: status, model: model)
                                (filter.userID, filter.workspaceID, filter.tag, filter.since) = (user, workspace, tag, since)
                                let expected = everything.filter { job in
                                    (status == nil || job.status == status) && (model == nil || job.model == model)
                                        && (user == nil || job.userID == user) && (workspace == nil || job.workspaceID == workspace)
                                        && (tag == nil || job.tags?.contains(tag ?? "") == true)
                                        && (since == nil || job.createdAt.rawValue >= since?.rawValue ?? "")
                                }
                                let found = try store.database.page(matching: filter)
                                #expect(found.jobs == expected && found.next == nil, "\(filter)")
                                compared += expected.count
                            }
                        }
                    }
                }
            }
        }
        #expect(compared > 1000)
    }

    @Test func `jobs created at the very time asked for are listed, however precise their times are`() async throws {
        let texts = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00+00:00"]
        try await store.database.write { db in
            for text in texts { try db.execute(sql: "INSERT INTO jobs (id, model, created_at) VALUES (?1, 'a/a', ?1)", arguments: [text]) }
            try db.execute(sql: "INSERT INTO jobs (id, model, created_at) VALUES ('before', 'a/a', '2025-12-31T23:59:59.999Z')")
        }
        for since in [texts[0], texts[1], texts[2]] {
            var filter = JobFilter()
            filter.since = Timestamp(rawValue: since)
            #expect(Set(try store.database.page(matching: filter).jobs.map(\.id)) == Set(texts), "\(since)")
        }
    }

    @Test func `the begin of an id finds every job whose id begins so, and no other`() async throws {
        let ids = ["0199a1b2-0000", "0199a1b2-ffff", "0199a1b3-0000", "0199A1B2-0000", "theirs", "their", "01%9"]
        try await store.database.write { db in
            for id in ids {
                try db.execute(sql: "INSERT INTO jobs (id, model, created_at) VALUES (?1, 'a/a', '2026-01-01T00:00:00Z')", arguments: [id])
            }
        }
        for prefix in ["0199", "0199a1b2", "0199a1b2-0000", "0199a1b2-00001", "their", "theirs", "01%", "0199A", "zzzz"] {
            var filter = JobFilter()
            filter.idPrefix = prefix
            #expect(Set(try store.database.page(matching: filter).jobs.map(\.id)) == Set(ids.filter { $0.hasPrefix(prefix) }), "\(prefix)")
        }
    }

    @Test func `counts are by status`() async throws {
        for (index, state) in JobState.allCases.enumerated() { _ = try await store.job(state, model: "org/name-\(index)") }
        #expect(try await store.database.jobCounts() == ["queued": 3, "running": 1, "succeeded": 1, "failed": 2, "banana": 1])
    }

    @Test func `an empty store lists nothing`() async throws {
        let page = try store.database.page(matching: JobFilter(limit: 10))
        #expect(page.jobs.isEmpty && page.next == nil)
        #expect(try await store.database.jobCounts().isEmpty)
        _ = try await store.create()
        #expect(try store.database.page(matching: JobFilter(limit: 0)).jobs.isEmpty)
    }
}
