import GRDB
import JobStore
public import RoostCore

extension JobDatabase {
    /// Returns a part of the history, read on the caller's thread: see `history(of:after:limit:)`.
    public func events(of id: String? = nil, after number: Int64 = 0, limit: Int = 1000) throws -> [JobEvent] {
        try read { try JobEvent.page($0, of: id, after: number, limit: limit) }
    }

    /// Returns a part of the history, oldest first, read on a separate thread: see `JobStore.history`.
    public func history(of id: String?, after number: Int64, limit: Int) async throws -> [JobEvent] {
        try await readAside { try JobEvent.page($0, of: id, after: number, limit: limit) }
    }

    /// The number of the newest event; 0 if there is none.
    public func lastEventNumber() throws -> Int64 {
        try read { try Int64.fetchOne($0, sql: "SELECT max(seq) FROM job_events") ?? 0 }
    }

    /// Returns every event that is committed from now on, in order: see `JobStore.watchEvents`.
    public func watchEvents() -> AsyncStream<JobEvent> { feed.watch() }
}

extension JobEvent {
    fileprivate static func page(_ database: Database, of id: String?, after number: Int64, limit: Int) throws -> [JobEvent] {
        guard let id else { return try fetch(database, where: "seq > ?", [number.databaseValue], limit: limit) }
        guard id.isWholeInSQLite else { return [] }
        return try fetch(database, where: "job_id = ? AND seq > ?", [id.databaseValue, number.databaseValue], limit: limit)
    }

    /// Rows of the history, oldest first.
    static func fetch(_ database: Database, where condition: String, _ arguments: [DatabaseValue], limit: Int) throws -> [JobEvent] {
        try ColumnReader.fetchAll(
            database, sql: "\(select) WHERE \(condition) ORDER BY seq LIMIT ?", arguments: StatementArguments(arguments + [limit.databaseValue]),
            JobEvent.init)
    }

    private static let select = "SELECT \(columnList) FROM job_events"

    /// The SQL that inserts an event. SQLite gives it the number in the first column.
    static let insert = """
        INSERT INTO job_events (\(columnNames.dropFirst().joined(separator: ", ")))
        VALUES (\(columnNames.dropFirst().map { _ in "?" }.joined(separator: ", ")))
        """
}

extension JobEvent: StoredRow {
    static var blank: JobEvent {
        JobEvent(
            id: 0, jobID: "", time: Timestamp(rawValue: ""), kind: Kind(rawValue: ""), status: JobStatus(rawValue: ""), stage: nil, message: nil)
    }

    mutating func columns(_ visitor: inout some ColumnVisitor) {
        visitor.column("seq", &id)
        visitor.column("job_id", &jobID)
        visitor.column("time", &time)
        visitor.column("kind", &kind)
        visitor.column("status", &status)
        visitor.column("stage", &stage)
        visitor.column("message", &message)
    }
}
