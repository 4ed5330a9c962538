import GRDB
import GRDBSQLite
import RoostCore

/// Checks whether a database file is sound, with SQLite's own checks. Works while a server uses the file, and does not
/// change it.
public enum JobFileCheck {
    /// The maximum number of findings.
    public static let limit = 100

    /// Checks every page and row of the file once.
    ///
    /// - Parameter path: The file.
    /// - Returns: The findings; empty if the file is sound. A file that is too damaged to check results in a finding,
    ///   not an error.
    /// - Throws: `RoostError` with code `database` if the file cannot be read at all.
    public static func quickCheck(_ path: String) throws -> [String] {
        try findings(path, "quick_check") { try JobFileConnection.reading(path) }
    }

    /// Runs the checks of `quickCheck` and compares every index with its table. Takes several times as long.
    ///
    /// - Parameter path: The file.
    /// - Returns: The findings; empty if the file is sound.
    /// - Throws: `RoostError` with code `database` if the file cannot be read at all.
    public static func integrityCheck(_ path: String) throws -> [String] {
        try findings(path, "integrity_check") { try JobFileConnection.reading(path) }
    }

    /// Runs a quick check of a file that is not in use, such as a backup.
    static func quickCheckAtRest(_ path: String) throws -> [String] {
        try findings(path, "quick_check") { try JobFileConnection.readingAtRest(path) }
    }

    /// Throws if the file is not a jobs.db of this or an older schema. A damaged file passes, so that the checks can
    /// describe it.
    ///
    /// - Parameter path: The file. This process must have no connection to it.
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
            // Without a transaction: SQLite cannot end a transaction that met damage.
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
