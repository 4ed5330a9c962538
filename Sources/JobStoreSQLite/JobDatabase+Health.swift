import GRDB
import RoostCore

extension JobDatabase {
    /// The schema version that this release writes, as stored in `PRAGMA user_version`: 17 is v1.7.
    public static var schemaVersion: Int { Int(JobSchema.version) }

    /// Checks whether a change can be committed now, by writing the schema version once more: see
    /// `JobStore.checkWritable`.
    public func checkWritable() async throws {
        try await change { try $0.database.execute(sql: "PRAGMA user_version = \(JobSchema.version)") }
    }
}
