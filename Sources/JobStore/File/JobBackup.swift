import Foundation
import GRDB
import RoostCore

/// Copies of jobs.db, made while a server uses it or not, that are whole and sound or not there at all.
public enum JobBackup {
    /// What was copied.
    public struct Summary: Sendable, Hashable, Codable {
        /// The copy.
        public let path: String
        /// The copy's size.
        public let bytes: Int64
        /// How many jobs it holds.
        public let jobs: Int
        /// How long it took, with the check and until it was on the disk.
        public let seconds: Double
    }

    /// Copies a database file.
    ///
    /// Everything committed before the call is in the copy. The copy is made by SQLite's backup interface in one step from a read-only connection:
    /// the one read transaction sees one state, is never restarted by writers as a copy in several steps is, and holds up none of them while the
    /// file is in WAL mode. `VACUUM INTO` would see one state too, but writes every row anew: several times the work, damage that is not in a row goes
    /// unseen, and pages no longer lie where they lay in the source, which repairs of a damaged source build on.
    ///
    /// The copy is one file (no write-ahead log), private, has passed `quick_check` and is on the disk before it gets its name.
    ///
    /// - Parameters:
    ///   - source: The file to copy.
    ///   - destination: The copy; its folder exists.
    ///   - replacing: Whether a file at `destination` may be replaced.
    /// - Returns: What was copied.
    /// - Throws: `RoostError` with code `database`, `insufficientSpace`, `fileSystem`, or `conflict` when the destination exists. Nothing is then left
    ///   behind, and what was at `destination` is as it was.
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
        guard !isFolder.boolValue else { throw RoostError(.conflict, "\(destination) is a folder; name the file the backup shall be.") }
        guard replacing else { throw RoostError(.conflict, "\(destination) exists already; choose another name, or replace it with --force.") }
    }

    private static func copy(_ source: String, to temporary: String) throws {
        let from = try JobFileConnection.reading(source)
        defer { try? from.close() }
        let into = try JobFileConnection.building(temporary)
        defer { try? into.close() }
        try from.backup(to: into)
    }

    /// Makes the copy one file, and checks and counts it.
    private static func finish(_ temporary: String, source: String) throws -> Int {
        let queue = try JobFileConnection.building(temporary)
        defer { try? queue.close() }
        return try queue.writeWithoutTransaction { database in
            // The copy of a file in WAL mode says of itself that it is in WAL mode.
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE")
            let findings = try JobFileCheck.findings(database)
            guard findings.isEmpty else {
                throw RoostError(
                    .database, "\(source) is damaged, so there is no backup of it: \(findings[0]). `roost db check` tells more.",
                    context: ["findings": findings.joined(separator: "; ")])
            }
            guard try database.tableExists("jobs") else { return 0 }
            return try Int.fetchOne(database, sql: "SELECT count(*) FROM jobs") ?? 0
        }
    }
}
