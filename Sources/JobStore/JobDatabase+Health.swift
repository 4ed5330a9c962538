import GRDB
import RoostCore

extension JobDatabase {
    /// The schema that this version writes, as `PRAGMA user_version` says it: 17 is v1.7.
    public static var schemaVersion: Int { Int(JobSchema.version) }

    /// Finds out whether a change could be committed now, by committing one that changes nothing: the schema's number is written once more.
    ///
    /// - Throws: `RoostError` with code `insufficientSpace`, `databaseBusy` (after half a minute) or `database`, as a change of a job would.
    public func checkWritable() async throws {
        try await change { try $0.database.execute(sql: "PRAGMA user_version = \(JobSchema.version)") }
    }
}
