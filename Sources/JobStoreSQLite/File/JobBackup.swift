import Foundation
import GRDB
import RoostCore

/// Backup copies of jobs.db, made with or without a running server. A copy is complete and sound, or does not exist.
public enum JobBackup {
    /// The result of a copy.
    public struct Summary: Sendable, Hashable, Codable {
        /// The path of the copy.
        public let path: String
        /// The size of the copy in bytes.
        public let bytes: Int64
        /// The number of jobs in the copy.
        public let jobs: Int
        /// The duration in seconds, including the check and the flush to the disk.
        public let seconds: Double
    }

    /// Copies a database file.
    ///
    /// The copy contains everything committed before the call. SQLite's backup interface makes it in one step from a
    /// read-only connection. Its single read transaction sees one state, is never restarted by writers (as a copy in
    /// several steps is), and blocks no writer while the file is in WAL mode. `VACUUM INTO` would also see one state,
    /// but rewrites every row: it is several times slower, does not detect damage outside of rows, and moves pages to
    /// other places, while the repair of a damaged file needs them at the same place.
    ///
    /// The copy is one file (no write-ahead log), private, has passed `quick_check` and is on the disk before it gets
    /// its name.
    ///
    /// - Parameters:
    ///   - source: The file to copy.
    ///   - destination: The path of the copy; its folder must exist.
    ///   - replacing: Whether to replace an existing file at `destination`.
    /// - Returns: The result of the copy.
    /// - Throws: `RoostError` with code `database`, `insufficientSpace`, `fileSystem`, or `conflict` if the destination
    ///   exists. No partial copy remains, and an existing file at `destination` is unchanged.
    @discardableResult
    public static func make(of source: String, to destination: String, replacing: Bool = false) throws -> Summary {
        let start = ContinuousClock.now
        guard try DurableFile.size(of: source) ?? 0 > 0 else { throw RoostError(.database, "There is no jobs.db at \(source) to copy.") }
        try checkDestination(destination, source: source, replacing: replacing)
        let temporary = DurableFile.partialName(for: destination)
        try DurableFile.createPrivate(temporary)
        do {
            try copy(source, to: temporary)
            let jobs = try finish(temporary, source: source)
            try DurableFile.flush(temporary)
            if replacing { try DurableFile.move(temporary, to: destination) } else { try DurableFile.moveToNewName(temporary, to: destination) }
            try DurableFile.flushFolder(of: destination)
            return Summary(
                path: destination, bytes: try DurableFile.size(of: destination) ?? 0, jobs: jobs,
                seconds: (ContinuousClock.now - start) / .seconds(1))
        } catch {
            DurableFile.discard(temporary)
            throw JobFileConnection.failure(error, "copied to \(destination)", source)
        }
    }

    private static func checkDestination(_ destination: String, source: String, replacing: Bool) throws {
        let live = DurableFile.resolved(source)
        guard !([live] + DurableFile.companions.map { live + $0 }).contains(DurableFile.resolved(destination)) else {
            throw RoostError(.conflict, "\(destination) is jobs.db itself; choose another file for the backup.")
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: destination, isDirectory: &isFolder) else { return }
        guard !isFolder.boolValue else { throw RoostError(.conflict, "\(destination) is a folder; give the path of a file for the backup.") }
        guard replacing else { throw RoostError(.conflict, "\(destination) exists already; choose another name, or replace it with --force.") }
    }

    private static func copy(_ source: String, to temporary: String) throws {
        let from = try JobFileConnection.reading(source)
        defer { try? from.close() }
        let into = try JobFileConnection.building(temporary)
        defer { try? into.close() }
        try from.backup(to: into)
    }

    /// Reduces the copy to one file, checks it and counts its jobs.
    private static func finish(_ temporary: String, source: String) throws -> Int {
        let queue = try JobFileConnection.building(temporary)
        defer { try? queue.close() }
        return try queue.writeWithoutTransaction { database in
            // The copy of a file in WAL mode is marked as being in WAL mode too.
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE")
            let findings = try JobFileCheck.findings(database)
            guard findings.isEmpty else {
                throw RoostError(
                    .database, "\(source) is damaged, so there is no backup of it: \(findings[0]). Run `roost db check` for details.",
                    context: ["findings": findings.joined(separator: "; ")])
            }
            guard try database.tableExists("jobs") else { return 0 }
            return try Int.fetchOne(database, sql: "SELECT count(*) FROM jobs") ?? 0
        }
    }
}
