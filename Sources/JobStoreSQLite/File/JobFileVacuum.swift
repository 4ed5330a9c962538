import GRDB
import RoostCore

/// Returns the space of deleted rows to the disk. The server must not run: hold the lock of the home folder.
public enum JobFileVacuum {
    /// The result of a vacuum.
    public struct Summary: Sendable, Hashable, Codable {
        /// The file.
        public let path: String
        /// The size of the file and its log before, in bytes.
        public let bytesBefore: Int64
        /// The size of the file and its log after, in bytes.
        public let bytesAfter: Int64

        enum CodingKeys: String, CodingKey {
            case path
            case bytesBefore = "bytes_before"
            case bytesAfter = "bytes_after"
        }
    }

    /// Rewrites the whole file without gaps. Needs twice the file's size on the disk during the run. Safe if the
    /// process is killed or the power fails.
    ///
    /// - Parameter path: The file.
    /// - Returns: The sizes before and after.
    /// - Throws: `RoostError` if the file is not a jobs.db, is damaged or the disk is too full. The contents are then
    ///   unchanged.
    public static func run(_ path: String) throws -> Summary {
        do {
            let inspection = try JobFileInspection(path: path)
            try inspection.refuseUnusable()
            guard inspection.kind != .absent else { throw RoostError(.database, "There is no jobs.db at \(path).") }
            let before = try size(path)
            let queue = try JobFileConnection.writing(path)
            defer { try? queue.close() }
            try queue.writeWithoutTransaction { database in
                try database.execute(sql: "VACUUM")
                // Until now the new pages are in the log.
                try database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
            return Summary(path: path, bytesBefore: before, bytesAfter: try size(path))
        } catch {
            throw JobFileConnection.failure(error, "compacted", path)
        }
    }

    private static func size(_ path: String) throws -> Int64 {
        try (DurableFile.size(of: path) ?? 0) + (DurableFile.size(of: path + "-wal") ?? 0)
    }
}
