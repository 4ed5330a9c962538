import Foundation
import GRDB

/// The jobs of one condition, as they lie in an index: newest first. Those whose id begins with a text lie in another order: they are sorted, and of
/// very many only the first thousand are taken.
struct JobStretch: Sendable {
    enum Kind: Sendable {
        case everything, id, status, model, user, workspace, tag
    }

    let kind: Kind
    /// What the condition asks for; `nil` for everything.
    let value: String?

    /// What the jobs are sorted by.
    var key: String { kind == .tag ? "job_tags.key" : JobSchema.creationKey }

    /// The rows, to be read in the order of the index.
    ///
    /// - Parameter isForced: Whether SQLite may take no other index.
    /// - Returns: What stands behind `FROM`.
    func rows(isForced: Bool) -> String {
        guard kind != .tag else { return "job_tags CROSS JOIN jobs ON jobs.id = job_tags.job_id AND \(JobSchema.creationKey) = job_tags.key" }
        return isForced ? "jobs INDEXED BY \(index)" : "jobs"
    }

    /// What only has the keys.
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

    /// Which entries of the index belong to it. A row may have lost its tag past the triggers (`INSERT OR REPLACE`), so it is asked too.
    var condition: String? {
        guard kind == .tag else { return conditionOfRow }
        return ["job_tags.tag = ?", conditionOfRow].compactMap(\.self).joined(separator: " AND ")
    }

    /// The arguments of `condition`.
    var values: [DatabaseValue] { kind == .tag ? valuesOfRow + valuesOfRow : valuesOfRow }

    /// The same of the keys alone.
    var conditionOfKeys: String? { kind == .tag ? "job_tags.tag = ?" : conditionOfRow }

    /// The arguments of `conditionOfKeys`.
    var valuesOfKeys: [DatabaseValue] { valuesOfRow }

    /// Whether a row of another stretch belongs to this one too.
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
        // Ids are compared byte by byte, and this is the greatest character there is.
        return kind == .id ? [value.databaseValue, (value + "\u{10FFFF}").databaseValue] : [value.databaseValue]
    }

    /// The part of the stretch to read.
    ///
    /// - Parameters:
    ///   - since: The oldest key.
    ///   - place: Only what comes after it.
    ///   - end: The oldest key, byte for byte.
    /// - Returns: Conditions of SQL, and their arguments.
    func bounds(since: String?, after place: JobCursor?, to end: [UInt8]?) -> (conditions: [String], values: [DatabaseValue]) {
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

    /// The same of the keys alone. Those of tags have no row: of the place's own moment all are counted, or none when it was looked through.
    func boundsOfKeys(since: String?, after place: JobCursor?) -> (conditions: [String], values: [DatabaseValue]) {
        guard kind == .tag, let place else { return bounds(since: since, after: place, to: nil) }
        var bounds = bounds(since: since, after: nil, to: nil)
        bounds.conditions.append("\(key) \(place.row == .min ? "<" : "<=") \(Self.textOfBytes)")
        bounds.values.append(Data(place.key).databaseValue)
        return bounds
    }

    /// An argument of bytes as a text. Without the `||` it would have a column's affinity, which no index on an expression has.
    private static let textOfBytes = "(CAST(? AS TEXT) || '')"
}
