import Foundation
import GRDB

/// The jobs that match one condition, as a range of an index: newest first. Jobs with an id prefix are in another
/// order: they are sorted, and only the first thousand are used.
struct JobStretch: Sendable {
    enum Kind: Sendable {
        case everything, id, status, model, user, workspace, tag
    }

    let kind: Kind
    /// The value to match; `nil` for all jobs.
    let value: String?

    /// The key that the jobs are sorted by.
    var key: String { kind == .tag ? "job_tags.key" : JobSchema.creationKey }

    /// The rows, in the order of the index.
    ///
    /// - Parameter isForced: Whether SQLite must use this index.
    /// - Returns: The SQL after `FROM`.
    func rows(isForced: Bool) -> String {
        guard kind != .tag else { return "job_tags CROSS JOIN jobs ON jobs.id = job_tags.job_id AND \(JobSchema.creationKey) = job_tags.key" }
        return isForced ? "jobs INDEXED BY \(index)" : "jobs"
    }

    /// A source that has only the keys.
    var keys: String { kind == .tag ? "job_tags" : "jobs INDEXED BY \(index)" }

    private var index: String {
        switch kind {
        case .everything, .id: "jobs_by_time"
        case .status: "jobs_by_status_and_time"
        case .model: "jobs_by_model"
        case .user: "jobs_by_user"
        case .workspace: "jobs_by_workspace"
        case .tag: "sqlite_autoindex_job_tags_1"
        }
    }

    /// The condition for the entries of the index. A row may have lost its tag without a trigger (`INSERT OR REPLACE`),
    /// so the row itself is tested too.
    var condition: String? {
        guard kind == .tag else { return conditionOfRow }
        return ["job_tags.tag = ?", conditionOfRow].compactMap(\.self).joined(separator: " AND ")
    }

    /// The arguments of `condition`.
    var values: [DatabaseValue] { kind == .tag ? valuesOfRow + valuesOfRow : valuesOfRow }

    /// The condition for a source that has only the keys.
    var conditionOfKeys: String? { kind == .tag ? "job_tags.tag = ?" : conditionOfRow }

    /// The arguments of `conditionOfKeys`.
    var valuesOfKeys: [DatabaseValue] { valuesOfRow }

    /// The condition that tests whether a row of another range matches too.
    var conditionOfRow: String? {
        switch kind {
        case .everything: nil
        case .id: "jobs.rowid IN (SELECT rowid FROM jobs WHERE id >= ? AND id < ? ORDER BY id LIMIT 1000)"
        case .status: "status = ?"
        case .model: "model = ?"
        case .user: "user_id = ?"
        case .workspace: "workspace_id = ?"
        case .tag: "tags IS NOT NULL AND EXISTS (SELECT 1 FROM \(JobTags.ofRow) WHERE value = ?)"
        }
    }

    /// The arguments of `conditionOfRow`.
    var valuesOfRow: [DatabaseValue] {
        guard let value else { return [] }
        // Ids are compared as bytes, and this is the greatest character.
        return kind == .id ? [value.databaseValue, (value + "\u{10FFFF}").databaseValue] : [value.databaseValue]
    }

    /// Limits the range to the part to read.
    ///
    /// - Parameters:
    ///   - since: The oldest key.
    ///   - place: Only rows after this place.
    ///   - end: The oldest key, as bytes.
    /// - Returns: SQL conditions and their arguments.
    func bounds(since: String?, after place: JobPlace?, to end: [UInt8]?) -> (conditions: [String], values: [DatabaseValue]) {
        var bounds = (conditions: [String](), values: [DatabaseValue]())
        if let since {
            bounds.conditions.append("\(key) >= ?")
            bounds.values.append(since.databaseValue)
        }
        if let place {
            let bytes = Data(place.key).databaseValue
            bounds.conditions.append("\(key) <= \(Self.textOfBytes) AND (\(key) < \(Self.textOfBytes) OR jobs.rowid < ?)")
            bounds.values += [bytes, bytes, place.row.databaseValue]
        }
        if let end {
            bounds.conditions.append("\(key) >= \(Self.textOfBytes)")
            bounds.values.append(Data(end).databaseValue)
        }
        return bounds
    }

    /// The same limits for a source that has only the keys. The keys of tags have no row number: all entries with the
    /// time of the place are included, or none if that time was examined completely.
    func boundsOfKeys(since: String?, after place: JobPlace?) -> (conditions: [String], values: [DatabaseValue]) {
        guard kind == .tag, let place else { return bounds(since: since, after: place, to: nil) }
        var bounds = bounds(since: since, after: nil, to: nil)
        bounds.conditions.append("\(key) \(place.row == .min ? "<" : "<=") \(Self.textOfBytes)")
        bounds.values.append(Data(place.key).databaseValue)
        return bounds
    }

    /// An SQL expression that converts an argument of bytes to a text. Without the `||` it would have the affinity of a
    /// column, which an index on an expression does not have.
    private static let textOfBytes = "(CAST(? AS TEXT) || '')"
}
