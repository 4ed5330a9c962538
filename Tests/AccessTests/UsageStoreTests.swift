import Foundation
import GRDB
import SystemPackage
import TestSupport
import Testing

@testable import Access

@Suite struct UsageStoreTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func withStore(_ work: (KeyStore) throws -> Void) throws {
        let store = try KeyStore(path: directory.path.appending("keys.db"))
        try work(store)
        try store.close()
    }

    private func counts(_ requests: Int, errors: Int = 0, _ prompt: Int = 0, _ cached: Int = 0, _ generated: Int = 0) -> UsageCounts {
        var counts = UsageCounts()
        (counts.requests, counts.errors, counts.promptTokens, counts.cachedTokens, counts.generatedTokens) = (
            requests, errors, prompt, cached, generated
        )
        return counts
    }

    @Test func `counts add up by day, key and model`() throws {
        try withStore { store in
            let (monday, tuesday) = (UsagePlace(day: "2026-01-05", key: "a", model: "m"), UsagePlace(day: "2026-01-06", key: "a", model: "m"))
            let other = UsagePlace(day: "2026-01-06", key: "b", model: "n")
            try store.addUsage([monday: counts(1, 10, 4, 5), tuesday: counts(2, 20, 0, 7)])
            try store.addUsage([tuesday: counts(1, errors: 1, 3, 3, 0), other: counts(5, 50, 0, 50)])
            let all = try store.usage(UsageFilter())
            #expect(all.rows.map(\.place) == [tuesday, other, monday])
            #expect(all.rows.map(\.counts) == [counts(3, errors: 1, 23, 3, 7), counts(5, 50, 0, 50), counts(1, 10, 4, 5)])
            #expect(all.total == counts(9, errors: 1, 83, 7, 62))
            var filter = UsageFilter()
            filter.key = "a"
            filter.from = "2026-01-06"
            #expect(try store.usage(filter).total == counts(3, errors: 1, 23, 3, 7))
            filter = UsageFilter()
            filter.model = "n"
            filter.to = "2026-01-05"
            #expect(try store.usage(filter).rows.isEmpty && store.usage(filter).total == UsageCounts())
            filter = UsageFilter()
            filter.limit = 1
            #expect(try store.usage(filter).rows.count == 1 && store.usage(filter).total.requests == 9)
            #expect(try store.usage(on: "2026-01-06") == ["a": counts(3, errors: 1, 23, 3, 7), "b": counts(5, 50, 0, 50)])
        }
    }

    @Test func `the usual questions are answered by an index`() throws {
        try withStore { _ in }
        let database = try DatabaseQueue(path: directory.path.appending("keys.db").string)
        for (condition, index) in [
            ("day = '2026-01-05'", "PRIMARY KEY"), ("key = 'a' AND day >= '2026-01-05'", "usage_key"),
            ("model = 'm' AND day >= '2026-01-05'", "usage_model"), ("day = '2026-01-05' AND key = 'a' AND model = 'm'", "PRIMARY KEY"),
        ] {
            let plan = try database.read { database in
                try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN SELECT sum(requests) FROM usage WHERE \(condition)").map {
                    $0["detail"] as String
                }
            }
            #expect(plan.contains { $0.contains("SEARCH") && $0.contains(index) }, "\(condition): \(plan)")
        }
        try database.close()
    }

    @Test func `limits are kept with their key, and what cannot be read as limits allows nothing`() throws {
        try withStore { store in
            var new = NewKey(name: "ci", scopes: [.chat])
            new.limits.requestsPerMinute = 60
            new.limits.diskBytes = 1 << 40
            let id = try store.create(new).stored.id
            #expect(try store.keys().map(\.limits) == [new.limits])
            let changed = try store.limit("ci") { limits in
                limits.requestsPerMinute = nil
                limits.concurrentRequests = 2
            }
            #expect(changed.limits.values == ["concurrent_requests": 2, "disk_bytes": 1 << 40])
            #expect(try store.rotate(id, overlap: 0).stored.limits == changed.limits)
        }
        let database = try DatabaseQueue(path: directory.path.appending("keys.db").string)
        for text in ["", "[]", "{\"requests_per_minute\":\"many\"}", "null"] {
            try database.write { try $0.execute(sql: "UPDATE keys SET limits = ?", arguments: [text]) }
            try withStore { store in
                let limits = try #require(try store.keys().first?.limits)
                #expect(limits.values.count == KeyLimits.named.count && limits.values.values.allSatisfy { $0 == 0 }, "\(text)")
            }
        }
        try database.close()
    }
}
