import GRDB

/// The jobs that are queued, paused or running, read from the file itself. For commands that work while no server runs.
public enum UnfinishedPulls {
    /// Reads the jobs.
    ///
    /// - Parameter path: A file that `JobFileCheck` accepts.
    /// - Returns: The id and the model of each job; empty for a file without tables.
    /// - Throws: `RoostError` with code `database` if the file cannot be read.
    public static func read(_ path: String) throws -> [(id: String, model: String)] {
        do {
            let queue = try JobFileConnection.reading(path)
            defer { try? queue.close() }
            return try queue.read { database in
                guard try database.tableExists("jobs") else { return [] }
                let sql = "SELECT CAST(id AS TEXT), CAST(model AS TEXT) FROM jobs WHERE status IN ('queued', 'running')"
                return try Row.fetchAll(database, sql: sql).map {
                    (String.fromDatabaseValue($0[0]) ?? "", String.fromDatabaseValue($0[1]) ?? "")
                }
            }
        } catch {
            throw JobFileConnection.failure(error, "read", path)
        }
    }
}
