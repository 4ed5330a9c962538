import Foundation
import JobStoreSQLite
import ModelLibrary
import RoostCore
package import SystemPackage

/// The part of `roost doctor` about jobs.db and the SQLite library. The file is not changed.
package struct JobFileReport: Sendable {
    /// The path of the file.
    package let path: String
    /// The size of the file in bytes, with its write-ahead log; `nil` when there is no file yet.
    package let bytes: Int64?
    /// The schema of the file, such as `v1.0` or `v1.7`.
    package let schema: String
    /// The findings of a quick check; empty for a sound file.
    package let findings: [String]

    /// Examines the file, which a server may be using.
    ///
    /// - Parameter home: The folder of the file.
    /// - Throws: `RoostError` when the file is not one that this version can use, or cannot be read.
    package init(home: FilePath) throws {
        let path = HomeDirectory.database(in: home).string
        self.path = path
        let sizes = [path, path + "-wal"].map { try? FileManager.default.attributesOfItem(atPath: $0)[.size] as? Int64 }
        bytes = sizes[0] == nil ? nil : sizes.compactMap(\.self).reduce(0, +)
        (schema, findings) = try Self.look(at: path, isThere: bytes != nil)
    }

    private static func look(at path: String, isThere: Bool) throws -> (schema: String, findings: [String]) {
        do {
            let inspection = try JobFileInspection(path: path)
            try inspection.refuseUnusable()
            return (inspection.kind.schemaName, isThere ? try JobFileCheck.quickCheck(path) : [])
        } catch let error as RoostError {
            throw error
        } catch {
            // The damage prevents SQLite from reading the tables.
            return ("unknown", ["\(error)"])
        }
    }

    /// Advice about the SQLite library in use; `nil` when there is none.
    package static var sqliteAdvice: String? {
        guard SQLiteRelease(JobDatabase.sqliteVersion) < .current else { return nil }
        return
            "is older than 3.51.3, in which two connections that write and checkpoint at once can damage a file in WAL mode; of Roost only one connection writes and checkpoints, so let no other program write to jobs.db, and update the system's SQLite."
    }

    /// The version of the SQLite library in use, such as `3.51.3`.
    package static var sqliteVersion: String { JobDatabase.sqliteVersion }
}

/// A release of SQLite, such as `3.51.3`.
struct SQLiteRelease: Sendable, Hashable, Comparable {
    /// The first release without the WAL-reset bug. In older ones, two connections that write and checkpoint at the
    /// same instant could damage a file in WAL mode.
    static let current = SQLiteRelease("3.51.3")

    private let parts: [Int]

    /// Parses a version in SQLite's form.
    ///
    /// - Parameter text: Numbers with dots.
    init(_ text: String) { parts = text.split(separator: ".").map { Int($0) ?? 0 } }

    static func < (left: SQLiteRelease, right: SQLiteRelease) -> Bool { left.parts.lexicographicallyPrecedes(right.parts) }
}
