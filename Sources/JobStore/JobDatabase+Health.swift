import GRDB
import RoostCore

extension JobDatabase {
    /// The schema version that this release writes, as stored in `PRAGMA user_version`: 17 is v1.7.
    public static var schemaVersion: Int { Int(JobSchema.version) }

    /// Checks whether a change can be committed now, by committing one without effect: it writes the schema version
    /// once more.
    ///
    /// - Throws: `RoostError` with code `insufficientSpace`, `databaseBusy` (after half a minute) or `database`, like
    ///   any change of a job.
    public func checkWritable() async throws {
        try await change { try $0.database.execute(sql: "PRAGMA user_version = \(JobSchema.version)") }
    }
}
