import GRDB
import RoostCore

/// The kind of the file at the path of jobs.db, determined without changing it.
///
/// The header is read first, without SQLite. Therefore inspect a file only while this process has no connection to it:
/// closing a file drops the locks that the process's connections hold on it.
public struct JobFileInspection: Sendable, Hashable {
    /// The kind of a file.
    public enum Kind: Sendable, Hashable {
        /// No file, an empty file, or a database without tables.
        case absent
        /// A jobs.db of schema v1.0, as written by the Python server and Roost 0.1.
        case documented(rows: Int)
        /// A jobs.db of a schema between v1.0 and the one that this version writes.
        case earlier(version: Int)
        /// A jobs.db of the schema that this version writes.
        case current
        /// A jobs.db that a newer version wrote.
        case newer(version: Int)
        /// A database of another program. The text completes a sentence that starts with "it".
        case foreign(reason: String)
        /// Not an SQLite database.
        case notADatabase

        /// Whether the file has Roost's application id and a schema that this version supports.
        fileprivate var isUsable: Bool {
            switch self {
            case .earlier, .current: true
            default: false
            }
        }

        /// The name of the schema. A file that does not exist yet will have the newest.
        public var schemaName: String {
            switch self {
            case .documented: JobSchema.name(of: 0)
            case .earlier(let version), .newer(let version): JobSchema.name(of: Int32(clamping: version))
            default: JobSchema.name(of: JobSchema.version)
            }
        }
    }

    /// The file's path.
    public let path: String
    /// What the file is.
    public let kind: Kind

    /// Inspects the file.
    ///
    /// - Parameter path: The file's path; the file need not exist.
    /// - Throws: `DatabaseError` with code `SQLITE_CORRUPT` if the file is so damaged that SQLite cannot read its
    ///   tables and the header does not identify it as a jobs.db, or if the header is blank; `RoostError` with code
    ///   `fileSystem` or `database` if it cannot be read.
    public init(path: String) throws {
        self.path = path
        kind = try Self.kind(path)
    }

    /// Throws if Roost must not use the file.
    ///
    /// - Throws: `RoostError` with code `database` for a newer, foreign or non-SQLite file: one sentence with the kind
    ///   of the file and what to do.
    public func refuseUnusable() throws {
        switch kind {
        case .absent, .documented, .earlier, .current: return
        case .newer(let version):
            throw RoostError(
                .database,
                "\(path) has schema \(version), which a newer version of Roost has written (this one knows up to \(JobSchema.version)); nothing was changed. Update Roost, or restore a backup from before with `roost db restore`."
            )
        case .foreign(let reason):
            throw RoostError(
                .database, "\(path) is not a jobs.db: it \(reason); nothing was changed. Move it away, or choose another ROOST_HOME.")
        case .notADatabase:
            throw RoostError(
                .database, "\(path) is not a SQLite database; nothing was changed. Move it away, or choose another ROOST_HOME.")
        }
    }

    private static func kind(_ path: String) throws -> Kind {
        guard let header = try JobFileHeader(path: path) else { return .absent }
        if header.isBlank { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the file's first page is blank") }
        guard header.hasMagic else { return .notADatabase }
        if let kind = marked(applicationID: header.applicationID, userVersion: header.userVersion), !kind.isUsable { return kind }
        let isMarked = header.applicationID == JobSchema.applicationID
        do {
            // The header may be older than the write-ahead log.
            let queue = try JobFileConnection.readingAtRest(path)
            defer { try? queue.close() }
            return try queue.read { try kind($0) }
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            // SQLite reports "not a database" also for a damaged header. A file with Roost's mark is a jobs.db, however
            // damaged.
            if isMarked { return .current }
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: error.message)
        } catch {
            throw JobFileConnection.failure(error, "read", path)
        }
    }

    /// The kind according to the two numbers in the header only.
    private static func marked(applicationID: Int32, userVersion: Int32) -> Kind? {
        switch (applicationID, userVersion) {
        case (JobSchema.applicationID, JobSchema.version): .current
        case (JobSchema.applicationID, let version) where version > JobSchema.version: .newer(version: Int(version))
        case (JobSchema.applicationID, let version) where version >= JobSchema.firstMarked: .earlier(version: Int(version))
        case (JobSchema.applicationID, let version):
            .foreign(reason: "has Roost's application_id and schema \(version), which no version of Roost writes")
        case (0, 0): nil
        case (0, let version): .foreign(reason: "has schema version \(version) but not Roost's application_id")
        case (let id, _): .foreign(reason: "belongs to another program (application_id \(id))")
        }
    }

    private static func kind(_ database: Database) throws -> Kind {
        let id = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Int32.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let mark = marked(applicationID: id, userVersion: version)
        if let mark, !mark.isUsable { return mark }
        guard try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") != 0 else { return mark ?? .absent }
        guard try String.fetchOne(database, sql: "SELECT type FROM sqlite_master WHERE name = 'jobs'") == "table" else {
            return .foreign(reason: "has tables but no table `jobs`")
        }
        let columns = try database.columns(in: "jobs").map(\.name)
        guard columns.starts(with: JobSchema.documentedColumns) else {
            return .foreign(reason: "has a table `jobs` that does not begin with the documented columns")
        }
        return try mark ?? .documented(rows: Int.fetchOne(database, sql: "SELECT count(*) FROM jobs NOT INDEXED") ?? 0)
    }
}
