import GRDB
public import RoostCore

extension JobDatabase {
    /// Returns a part of the history, oldest first.
    ///
    /// - Parameters:
    ///   - id: Only this job's; `nil` for all jobs.
    ///   - number: Only events after this one; 0 for all.
    ///   - limit: The maximum number of events, 1 or more.
    /// - Returns: The events.
    /// - Throws: `RoostError` with code `database`.
    public func events(of id: String? = nil, after number: Int64 = 0, limit: Int = 1000) throws -> [JobEvent] {
        try read { try JobEvent.page($0, of: id, after: number, limit: limit) }
    }

    /// Does the same as `events(of:after:limit:)` on a separate thread, for clients that read page after page. Nothing
    /// stays open between two pages, so a slow client blocks nothing.
    ///
    /// - Parameters:
    ///   - id: Only this job's; `nil` for all jobs.
    ///   - number: Only events after this one; 0 for all.
    ///   - limit: The maximum number of events, 1 or more.
    /// - Returns: The events.
    /// - Throws: `RoostError` with code `database`.
    public func eventsAside(of id: String? = nil, after number: Int64 = 0, limit: Int = 1000) async throws -> [JobEvent] {
        try await readAside { try JobEvent.page($0, of: id, after: number, limit: limit) }
    }

    /// The number of the newest event; 0 if there is none.
    ///
    /// - Throws: `RoostError` with code `database`.
    public func lastEventNumber() throws -> Int64 {
        try read { try Int64.fetchOne($0, sql: "SELECT max(seq) FROM job_events") ?? 0 }
    }

    /// Returns every event that is committed from now on, in order.
    ///
    /// To receive all events, start to watch first, then read `events(of:after:)`, and skip the events that were read.
    ///
    /// - Returns: A stream that ends when the database is closed or when it is read too slowly.
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
            database, sql: "SELECT seq, job_id, time, kind, status, stage, message FROM job_events WHERE \(condition) ORDER BY seq LIMIT ?",
            arguments: StatementArguments(arguments + [limit.databaseValue])
        ) { row in
            JobEvent(
                id: row.integer(0) ?? 0, jobID: row.text(1) ?? "", time: row.time(2) ?? Timestamp(rawValue: ""),
                kind: .init(rawValue: row.text(3) ?? ""), status: .init(rawValue: row.text(4) ?? ""),
                stage: row.text(5).map(PullStage.init(rawValue:)), message: row.text(6))
        }
    }
}
