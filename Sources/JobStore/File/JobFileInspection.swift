import GRDB
import RoostCore

/// What is at the path of jobs.db, found out without changing a byte of it.
///
/// The header is read first, without SQLite, so make it only while this process has no connection to the file: closing a file drops the locks that
/// the process's connections hold on it.
public struct JobFileInspection: Sendable, Hashable {
    /// What a file is.
    public enum Kind: Sendable, Hashable {
        /// Nothing, a file without a byte, or a database without a table.
        case absent
        /// A jobs.db of schema v1.0, as the Python server and Roost 0.1 write it.
        case documented(rows: Int)
        /// A jobs.db of a schema between v1.0 and the one that this version writes.
        case earlier(version: Int)
        /// A jobs.db of the schema that this version writes.
        case current
        /// A jobs.db that a newer version has written.
        case newer(version: Int)
        /// Another program's database; the text continues "it …".
        case foreign(reason: String)
        /// Not SQLite's.
        case notADatabase

        /// Whether it bears our mark and a schema that this version knows.
        fileprivate var isUsable: Bool {
            switch self {
            case .earlier, .current: true
            default: false
            }
        }

        /// The schema as people call it; a file that is not there yet will have the newest.
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

    /// Looks at the file.
    ///
    /// - Parameter path: The file's path; nothing need be there.
    /// - Throws: `DatabaseError` with code `SQLITE_CORRUPT` when the file is so damaged that SQLite cannot tell its tables and nothing in its header
    ///   marks it as ours, or when there is nothing in its header; `RoostError` with code `fileSystem` or `database` when it cannot be read.
    public init(path: String) throws {
        self.path = path
        kind = try Self.kind(path)
    }

    /// Refuses a file that is not for Roost to use.
    ///
    /// - Throws: `RoostError` with code `database` for a newer, a foreign and no database: one sentence that says which it is and what to do.
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
            // What the header says may be older than what the write-ahead log says.
            let queue = try JobFileConnection.readingAtRest(path)
            defer { try? queue.close() }
            return try queue.read { try kind($0) }
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            // SQLite says "not a database" also of a damaged header. Ours is ours, however damaged.
            if isMarked { return .current }
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: error.message)
        } catch {
            throw JobFileConnection.failure(error, "read", path)
        }
    }

    /// What the two numbers of the header say alone.
    private static func marked(applicationID: Int32, userVersion: Int32) -> Kind? {
        switch (applicationID, userVersion) {
        case (JobSchema.applicationID, JobSchema.version): .current
        case (JobSchema.applicationID, let version) where version > JobSchema.version: .newer(version: Int(version))
        case (JobSchema.applicationID, let version) where version >= JobSchema.firstMarked: .earlier(version: Int(version))
        case (JobSchema.applicationID, let version): .foreign(reason: "bears Roost's mark and schema \(version), which no version of Roost writes")
        case (0, 0): nil
        case (0, let version): .foreign(reason: "has schema version \(version) and not Roost's mark")
        case (let id, _): .foreign(reason: "bears the mark of another program (application_id \(id))")
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
