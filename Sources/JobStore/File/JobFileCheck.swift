import GRDB
import GRDBSQLite
import RoostCore

/// Whether a database file is sound, asked of SQLite itself. Works while a server uses the file, and changes nothing in it.
public enum JobFileCheck {
    /// How many findings are told at most.
    public static let limit = 100

    /// Looks at every page and row of the file once.
    ///
    /// - Parameter path: The file.
    /// - Returns: What is wrong; empty when the file is sound. A file too damaged to be looked at is a finding, not an error.
    /// - Throws: `RoostError` with code `database` when the file cannot be read at all.
    public static func quickCheck(_ path: String) throws -> [String] {
        try findings(path, "quick_check") { try JobFileConnection.reading(path) }
    }

    /// Does what `quickCheck` does and compares every index with its table. Takes several times as long.
    ///
    /// - Parameter path: The file.
    /// - Returns: What is wrong; empty when the file is sound.
    /// - Throws: `RoostError` with code `database` when the file cannot be read at all.
    public static func integrityCheck(_ path: String) throws -> [String] {
        try findings(path, "integrity_check") { try JobFileConnection.reading(path) }
    }

    /// A quick check of a copy that nobody uses, such as a backup.
    static func quickCheckAtRest(_ path: String) throws -> [String] {
        try findings(path, "quick_check") { try JobFileConnection.readingAtRest(path) }
    }

    /// Refuses a file that is not a jobs.db of this or the older schema; a damaged one passes, and is for the checks to describe.
    ///
    /// - Parameter path: The file; this process has no connection to it.
    /// - Throws: `RoostError` with code `database`.
    public static func refuseUnusable(_ path: String) throws {
        do {
            try JobFileInspection(path: path).refuseUnusable()
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            return
        }
    }

    /// The version of the SQLite library in use, such as `3.51.3`.
    public static var sqliteVersion: String { String(cString: sqlite3_libversion()) }

    private static func findings(_ path: String, _ pragma: String, _ open: () throws -> DatabaseQueue) throws -> [String] {
        guard try DurableFile.size(of: path) != nil else { throw RoostError(.database, "There is no file \(path).") }
        do {
            let queue = try open()
            defer { try? queue.close() }
            // Not in a transaction: SQLite cannot end one in which it met damage.
            return try queue.unsafeRead { try findings($0, pragma) }
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            return [error.message ?? "the file is damaged"]
        } catch {
            throw JobFileConnection.failure(error, "read", path)
        }
    }

    /// The findings on an open connection.
    static func findings(_ database: Database, _ pragma: String = "quick_check") throws -> [String] {
        let lines = try String.fetchAll(database, sql: "PRAGMA \(pragma)(\(limit))")
        return lines == ["ok"] ? [] : lines
    }
}
