import Foundation
import GRDB
import JobStore
import JobStoreSQLite
import RoostCore
import Testing

@Suite struct PagingTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    /// All pages of a listing, each begun where the last one said.
    private func pages(_ filter: JobFilter, size: Int, between: () async throws -> Void = {}) async throws -> [[Job]] {
        var (filter, pages): (JobFilter, [[Job]]) = (filter, [])
        filter.limit = size
        while pages.count < 200 {
            let page = try store.database.page(matching: filter)
            pages.append(page.jobs)
            guard let next = page.next else { break }
            let parsed = try #require(JobCursor(parsing: next.description), "\(next.description)")
            filter.cursor = parsed
            try await between()
        }
        return pages
    }

    @Test(arguments: [1, 3, 7, 40, 41]) func `pages hold every job once, also of one millisecond`(size: Int) async throws {
        for index in 0..<40 {
            if index.isMultiple(of: 5) { store.clock.advance(by: 0.001) }
            _ = try await store.database.createJob(NewPull(model: ModelReference(parsing: "org/name-\(index)")))
        }
        let all = try await store.database.allJobs()
        let pages = try await pages(JobFilter(), size: size)
        #expect(pages.flatMap(\.self) == all)
        #expect(pages.count == (40 + size - 1) / size)
    }

    @Test func `jobs that come, end and go between two pages move nothing`() async throws {
        for index in 0..<30 { _ = try await store.create("org/name-\(index % 3 == 0 ? "a" : "b")") { $0.revision = "\(index)" } }
        let all = try await store.database.allJobs()
        var round = 0
        let paged = try await pages(JobFilter(), size: 4) {
            round += 1
            for index in 0..<3 { _ = try await store.create("new/name-\(round)-\(index)") }
            _ = try await store.database.cancelJob(id: all[round].id)
            // One that was shown goes: the place of the next page is a time and a row, not a count.
            try await store.database.deleteJob(id: all[round].id)
        }
        #expect(paged.flatMap { $0.map(\.id) } == all.map(\.id))
    }

    @Test func `pages stay whole while others write`() async throws {
        for index in 0..<60 { _ = try await store.create("org/name-\(index)") }
        let before = try await store.database.allJobs().map(\.id)
        let writer = Task { [store] in
            var count = 0
            while !Task.isCancelled {
                count += 1
                _ = try await store.database.createJob(NewPull(model: ModelReference(parsing: "new/name-\(count)")))
            }
        }
        for _ in 0..<10 {
            let seen = try await pages(JobFilter(), size: 5).flatMap { $0.map(\.id) }
            #expect(Set(seen).count == seen.count)
            #expect(seen.suffix(before.count) == before[...])
        }
        writer.cancel()
        try await writer.value
    }

    @Test func `pages of a filter are the filter's listing`() async throws {
        for index in 0..<30 {
            _ = try await store.create("org/name-\(index % 2)") {
                $0.revision = "\(index)"
                $0.userID = index.isMultiple(of: 3) ? "ada" : nil
                $0.tags = index < 20 ? ["x"] : []
            }
        }
        var filter = JobFilter(status: .queued, model: "org/name-0")
        for step in 0..<3 {
            if step > 0 { filter.userID = "ada" }
            if step > 1 { filter.tag = "x" }
            let all = try await store.database.jobs(matching: filter)
            #expect(!all.isEmpty)
            #expect(try await pages(filter, size: 2).flatMap(\.self) == all)
        }
    }

    @Test func `a place survives its way through a URL, whatever the time looks like`() async throws {
        let times = ["", "2026-01-01T00:00:00+00:00", "banana", "gestern früh", " ", "2026 01", "a/b?c&d=e"]
        try await store.database.write { db in
            for time in times { try db.execute(sql: "INSERT INTO jobs (id, model, created_at) VALUES (?1, 'a/a', ?1)", arguments: [time]) }
        }
        let all = try await store.database.allJobs()
        #expect(all.count == times.count)
        #expect(try await pages(JobFilter(), size: 1).flatMap(\.self) == all)
        let next = try #require(try store.database.page(matching: JobFilter(limit: 3)).next)
        let text = next.description
        #expect(JobCursor(parsing: text) == next)
        #expect(text.utf8.allSatisfy { ($0 >= 48 && $0 <= 57) || ($0 >= 65 && $0 <= 90) || ($0 >= 97 && $0 <= 122) || $0 == 45 || $0 == 95 })
    }

    @Test(arguments: ["", "x", "%%%", "MQ==", "AAAA", "////", String(repeating: "MSAy", count: 1000), "\u{0}", "🦉"])
    func `a place that was never handed out is refused`(text: String) async throws {
        var filter = JobFilter()
        filter.cursor = JobCursor(parsing: text)
        guard filter.cursor != nil else { return }
        let error = await #expect(throws: RoostError.self) { try await store.database.completePage(matching: filter) }
        #expect(error?.code == .invalidRequest && error?.field == "cursor" && error?.message.contains(text) == true)
    }
}
