import Foundation
import GRDB
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import Access

@Suite struct AuditLogTests {
    private static let start = Date(timeIntervalSince1970: 1_800_000_000)

    let directory: TemporaryDirectory
    var path: FilePath { directory.path.appending("keys.db") }

    init() throws { directory = try TemporaryDirectory() }

    private func withStore(_ work: (KeyStore) throws -> Void) throws {
        let store = try KeyStore(path: path, now: { Self.start })
        try work(store)
        try store.close()
    }

    private func entry(_ action: String, at seconds: Double = 0, by actor: String = "local") -> AuditEntry {
        AuditEntry(
            time: Timestamp(Self.start.addingTimeInterval(seconds)), actor: actor, owner: "ann", address: "127.0.0.1", action: action, target: "a/b",
            outcome: "202")
    }

    @Test func `entries are read from the newest on, and filtered`() throws {
        try withStore { store in
            for number in 0..<5 { try store.record(entry("POST /\(number % 2)", at: Double(number), by: "\(number)")) }
            #expect(try store.audit(AuditFilter()).map(\.actor) == ["4", "3", "2", "1", "0"])
            var filter = AuditFilter()
            filter.action = "POST /0"
            filter.since = Timestamp(Self.start.addingTimeInterval(1))
            #expect(try store.audit(filter).map(\.actor) == ["4", "2"])
            filter = AuditFilter()
            filter.limit = 2
            let page = try store.audit(filter)
            filter.before = page.last?.id
            #expect(try store.audit(filter).map(\.actor) == ["2", "1"])
            var expected = entry("POST /0", at: 4, by: "4")
            expected.id = page[0].id
            #expect(page[0] == expected)
        }
    }

    @Test func `no program changes an entry or deletes one without a trace`() throws {
        try withStore { store in for number in 1...5 { try store.record(entry("\(number)")) } }
        let database = try DatabaseQueue(path: path.string)
        for sql in [
            "UPDATE audit SET outcome = '200' WHERE id = 1", "DELETE FROM audit", "DELETE FROM audit WHERE id = 5",
            "INSERT OR REPLACE INTO audit (id, time, actor, action, outcome) VALUES (1, '', '', '', '')",
        ] {
            let error = #expect(throws: DatabaseError.self) { try database.write { try $0.execute(sql: sql) } }
            #expect(error?.message?.contains("append-only") == true, "\(sql)")
        }
        #expect(try database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM audit") } == 5)
        try database.close()
    }

    @Test func `old entries are deleted by age and number, and that is recorded`() throws {
        try withStore { store in
            for number in 0..<10 { try store.record(entry("\(number)", at: Double(number - 10))) }
            #expect(try store.pruneAudit(before: Self.start.addingTimeInterval(-6), keeping: 1000) == 4)
            var entries = try store.audit(AuditFilter())
            #expect(entries.map(\.action) == ["audit prune", "9", "8", "7", "6", "5", "4"] && entries[0].outcome == "4 deleted")
            #expect(entries[0].actor == "server")
            #expect(try store.pruneAudit(before: Self.start.addingTimeInterval(-6), keeping: 1000) == 0)
            #expect(try store.pruneAudit(before: nil, keeping: 3) == 4)
            entries = try store.audit(AuditFilter())
            #expect(entries.map(\.action) == ["audit prune", "audit prune", "9", "8"])
        }
    }

    @Test func `each change of keys is recorded, with no secret`() throws {
        try withStore { store in
            let (key, _) = try store.create(NewKey(name: "ci", scopes: [.chat]))
            _ = try store.limit(key.id) { $0.requestsPerDay = 5 }
            let fresh = try store.rotate(key.id, overlap: 0).key
            _ = try store.revoke(key.id)
            let error = #expect(throws: RoostError.self) { try store.rotate(key.id, overlap: 0) }
            #expect(error?.code == .conflict)
            let entries = try store.audit(AuditFilter())
            #expect(entries.map(\.action) == ["keys revoke", "keys rotate", "keys limit", "keys create"])
            #expect(entries.allSatisfy { $0.actor == "command" && $0.target?.hasPrefix(key.id) == true && $0.outcome == "done" })
            for entry in entries { #expect(!"\(entry)".contains(key.text.value.suffix(32)) && !"\(entry)".contains(fresh.text.value.suffix(32))) }
        }
    }
}
