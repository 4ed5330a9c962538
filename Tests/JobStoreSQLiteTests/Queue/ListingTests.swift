import Foundation
import GRDB
import JobStore
import RoostCore
import TestSupport
import Testing

@testable import JobStoreSQLite

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

    /// Twelve thousand jobs, more than a look tries twice over, in which the two users, three models and two tags of a job lie at random.
    private func fillMany() async throws {
        try await store.database.write { db in
            try db.execute(
                sql: """
                    WITH RECURSIVE n(i, r) AS (SELECT 1, 7 UNION ALL SELECT i + 1, (r * 1103515245 + 12345) % 2147483648 FROM n WHERE i < 12000)
                    INSERT INTO jobs (id, model, status, created_at, user_id, tags)
                    SELECT 'job-' || i, 'org/' || (r / 7 % 3), CASE WHEN i % 3000 = 7 THEN 'failed' ELSE 'succeeded' END,
                        strftime('%Y-%m-%dT%H:%M:%fZ', 1700000000 + i / 3, 'unixepoch'), 'user-' || (r / 65536 % 2),
                        CASE r / 1024 % 3 WHEN 0 THEN '["red"]' WHEN 1 THEN '["red","blue"]' END FROM n
                    """)
            while try JobTags.areWaiting(db) { try JobTags.listWaiting(db) }
        }
    }

    @Test(arguments: [1, 7, 1000]) func `pages of several conditions hold every job once, however few of many pass`(size: Int) async throws {
        try await fillMany()
        let everything = try await store.database.allJobs()
        var compared = 0
        for (status, user, tag) in [("failed", "user-1", nil), ("failed", nil, "red"), ("succeeded", "user-0", "blue"), (nil, "user-1", "none")]
            as [(String?, String?, String?)]
        {
            var filter = JobFilter(status: status.map(JobStatus.init(rawValue:)), model: size == 7 ? nil : "org/1", limit: size)
            (filter.userID, filter.tag) = (user, tag)
            let expected = everything.filter { job in
                (filter.status == nil || job.status == filter.status) && (filter.model == nil || job.model == filter.model)
                    && (user == nil || job.userID == user) && (tag == nil || job.tags?.contains(tag ?? "") == true)
            }.prefix(size == 1000 ? 12_000 : 60).map(\.id)
            var found: [String] = []
            repeat {
                let page = try await store.database.completePage(matching: filter)
                #expect(page.jobs.count <= size)
                found += page.jobs.map(\.id)
                filter.cursor = page.next
            } while filter.cursor != nil && found.count < expected.count
            #expect(Array(found.prefix(expected.count)) == expected && (size < 1000 || found.count == expected.count), "\(filter)")
            compared += expected.count
        }
        #expect(compared >= 60)
    }

    @Test func `a look at several conditions tries a few thousand rows, and a page no more than so many looks`() async throws {
        try await fillMany()
        var filter = JobFilter(status: .succeeded, limit: 50)
        filter.userID = "user-0"
        filter.tag = "none"
        var listing = try JobListing(filter)
        // The tag has no job: the first look goes to its end.
        try store.database.read { try listing.look($0) }
        #expect(listing.isComplete && listing.page.jobs.isEmpty && listing.page.next == nil)
        filter.tag = nil
        filter.status = JobStatus(rawValue: "failed")
        filter.userID = "user-0"
        listing = try JobListing(filter)
        try store.database.read { try listing.look($0) }
        #expect(listing.isComplete && listing.page.next == nil)
        filter.status = .succeeded
        filter.model = nil
        filter.tag = "red"
        filter.limit = 5000
        listing = try JobListing(filter)
        try store.database.read { try listing.look($0) }
        #expect(!listing.isComplete && listing.page.next != nil && listing.page.jobs.count < JobListing.rowsOfLook)
    }

    @Test func `a page of very long rows ends early, and the next one goes on`() async throws {
        let long = String(repeating: "x", count: 1 << 20)
        try await store.database.write { db in
            for number in 1...12 {
                try db.execute(
                    sql: "INSERT INTO jobs (id, model, created_at, traceback) VALUES (?, 'a/a', '2026-01-01T00:00:00Z', ?)",
                    arguments: ["job-\(number)", long])
            }
        }
        var (filter, pages) = (JobFilter(limit: 1000), [[String]]())
        repeat {
            let page = try await store.database.completePage(matching: filter)
            pages.append(page.jobs.map(\.id))
            filter.cursor = page.next
        } while filter.cursor != nil
        #expect(pages.flatMap(\.self) == (1...12).reversed().map { "job-\($0)" } && pages.map(\.count) == [4, 4, 4])
        #expect(try await store.database.allJobs().count == 12)
    }

    @Test func `tags of other programs are found, also after they were changed, replaced and deleted`() async throws {
        func found(_ tag: String) async throws -> Set<String> {
            var filter = JobFilter(limit: 1000)
            filter.tag = tag
            return Set(try await store.database.completePage(matching: filter).jobs.map(\.id))
        }
        let other = try store.otherProgram()
        try await other.write { db in
            try db.execute(
                sql: """
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
                    INSERT INTO jobs (id, model, created_at, tags) SELECT 'job-' || i, 'a/a', '2026-01-01', '["red","job-' || i || '"]' FROM n;
                    INSERT INTO jobs (id, model, created_at, tags) VALUES
                        ('odd', 'a/a', '2026', '["red'), (NULL, 'a/a', '2026', '["red"]'), ('blob', 'a/a', '2026', x'ff'), ('empty', 'a/a', '2026', '[""]')
                    """)
        }
        #expect(try await found("red").count == 1000)
        for (tag, ids) in [("job-7", ["job-7"]), ("none", [])] as [(String, Set<String>)] { #expect(try await found(tag) == ids, "\(tag)") }
        try await other.write { db in
            try db.execute(sql: "UPDATE jobs SET tags = '[\"blue\"]' WHERE id = 'job-7'")
            try db.execute(sql: "UPDATE jobs SET id = 'job-8-new' WHERE id = 'job-8'")
            try db.execute(sql: "UPDATE jobs SET created_at = '2027' WHERE id = 'job-9'")
            // SQLite runs no delete trigger for this.
            try db.execute(sql: "INSERT OR REPLACE INTO jobs (id, model, created_at) VALUES ('job-10', 'a/a', '2026')")
            try db.execute(sql: "DELETE FROM jobs WHERE id = 'job-11'")
        }
        let after: [(String, Set<String>)] = [
            ("blue", ["job-7"]), ("job-7", []), ("job-8", ["job-8-new"]), ("job-9", ["job-9"]), ("job-10", []), ("job-11", []),
        ]
        for (tag, ids) in after { #expect(try await found(tag) == ids, "\(tag)") }
        _ = try await store.create { $0.tags = ["mine"] }
        try await store.database.changeJob(id: "job-12", message: nil) { job, _ in job.tags = ["ours"] }
        #expect(try await found("mine").count == 1)
        for (tag, ids) in [("ours", ["job-12"]), ("job-12", [])] as [(String, Set<String>)] { #expect(try await found(tag) == ids, "\(tag)") }
        #expect(try await store.database.write { try Int.fetchOne($0, sql: "SELECT count(*) FROM job_tags WHERE tag = ''") } == 0)
    }

    @Test func `a text with a NUL finds nothing, also where what stands before it would`() async throws {
        let job = try await store.create("org/name") {
            $0.userID = "user"
            $0.tags = ["tag"]
        }
        let fields: [(WritableKeyPath<JobFilter, String?>, String)] = [
            (\.model, "org/name"), (\.userID, "user"), (\.tag, "tag"), (\.idPrefix, job.id),
        ]
        for (field, text) in fields {
            var filter = JobFilter(limit: 5)
            filter[keyPath: field] = text
            #expect(try await store.database.completePage(matching: filter).jobs.map(\.id) == [job.id])
            filter[keyPath: field] = text + "\u{0}"
            let page = try await store.database.completePage(matching: filter)
            #expect(page.jobs.isEmpty && page.next == nil)
        }
        let cut = job.id + "\u{0}x"
        #expect(try store.database.job(id: cut) == nil && store.database.events(of: cut).isEmpty)
        #expect(try await store.database.files(of: cut).isEmpty)
        await #expect(throws: RoostError.self) { try await store.database.cancelJob(id: cut) }
        _ = try await store.database.cancelJob(id: job.id)
        let error = await #expect(throws: RoostError.self) { try await store.database.deleteJob(id: cut) }
        #expect(error?.code == .notFound && error?.message.contains("\0") == false)
        #expect(try store.database.job(id: job.id) != nil)
    }

    @Test func `counts are by status`() async throws {
        for (index, state) in JobState.allCases.enumerated() { _ = try await store.job(state, model: "org/name-\(index)") }
        #expect(try await store.database.jobCounts() == ["queued": 3, "running": 1, "succeeded": 1, "failed": 2, "banana": 1])
        #expect(try await store.database.jobCounts(of: [.queued, .succeeded]) == ["queued": 3, "succeeded": 1])
    }

    @Test func `an empty store lists nothing`() async throws {
        let page = try store.database.page(matching: JobFilter(limit: 10))
        #expect(page.jobs.isEmpty && page.next == nil)
        #expect(try await store.database.jobCounts().isEmpty)
        _ = try await store.create()
        #expect(try store.database.page(matching: JobFilter(limit: 0)).jobs.isEmpty)
    }
}
