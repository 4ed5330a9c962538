public import GRDB
public import RoostCore

/// A job is its own database record: the coding keys are the column names.
extension Job: FetchableRecord, PersistableRecord {
    /// The documented table.
    public static var databaseTableName: String { "jobs" }
}
