package import Foundation
import GRDB
import RoostCore

extension KeyStore {
    /// The action of an entry that allows to delete all older ones.
    static let pruning = "audit prune"

    /// Adds an entry to the audit log. It is on the disk when this returns.
    ///
    /// - Throws: `RoostError` with code `database` or `insufficientSpace`.
    package func record(_ entry: AuditEntry) throws { try change { try entry.insert(into: $0) } }

    /// Returns entries of the audit log, the newest first.
    ///
    /// - Throws: `RoostError` with code `database`.
    package func audit(_ filter: AuditFilter) throws -> [AuditEntry] {
        let parts: [(sql: String, value: (any DatabaseValueConvertible)?)] = [
            ("actor = ?", filter.actor), ("action = ?", filter.action), ("time >= ?", filter.since?.rawValue), ("id < ?", filter.before),
        ]
        let given = parts.filter { $0.value != nil }
        let condition = given.isEmpty ? "" : "WHERE " + given.map(\.sql).joined(separator: " AND ")
        let values = given.compactMap(\.value) + [filter.limit]
        return try reading { database in
            try Row.fetchAll(
                database, sql: "SELECT id, \(AuditEntry.columns) FROM audit \(condition) ORDER BY id DESC LIMIT ?",
                arguments: StatementArguments(values)
            ).map { AuditEntry($0) }
        }
    }

    /// Deletes old entries of the audit log, and records that: the triggers of the file refuse it otherwise.
    ///
    /// - Parameters:
    ///   - date: Entries before this date are deleted; `nil` for none by age.
    ///   - most: The most entries that stay.
    /// - Returns: The number of deleted entries.
    /// - Throws: `RoostError` with code `database`.
    @discardableResult package func pruneAudit(before date: Date?, keeping most: Int) throws -> Int {
        let now = now()
        return try change { database in
            let newest = try Int64.fetchOne(database, sql: "SELECT coalesce(max(id), 0) FROM audit") ?? 0
            let old = try date.map { date in
                try Int64.fetchOne(database, sql: "SELECT coalesce(max(id), 0) FROM audit WHERE time < ?", arguments: [Timestamp(date).rawValue]) ?? 0
            }
            let last = max(old ?? 0, newest - Int64(most))
            let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM audit WHERE id <= ?", arguments: [last]) ?? 0
            guard count > 0 else { return 0 }
            try AuditEntry(time: Timestamp(now), actor: "server", action: Self.pruning, target: "\(last)", outcome: "\(count) deleted").insert(
                into: database)
            try database.execute(sql: "DELETE FROM audit WHERE id <= ?", arguments: [last])
            return count
        }
    }
}
