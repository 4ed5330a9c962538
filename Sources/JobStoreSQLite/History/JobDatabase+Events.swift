import GRDB
public import JobStore
public import RoostCore

extension JobDatabase {
    /// Returns a part of the history, read on the caller's thread: see `history(of:after:limit:)`.
    public func events(of id: String? = nil, after number: Int64 = 0, limit: Int = 1000) throws -> [JobEvent] {
        try read { try JobEvent.page($0, of: id.map(JobScope.job) ?? .all, after: number, limit: limit) }
    }

    /// Returns a part of the history, oldest first, read on a separate thread: see `JobStore.history`.
    public func history(of scope: JobScope, after number: Int64, limit: Int) async throws -> [JobEvent] {
        guard case .user(let user) = scope else { return try await readAside { try JobEvent.page($0, of: scope, after: number, limit: limit) } }
        return try await history(ofUser: user, after: number, limit: limit)
    }

    /// Returns a part of the history of a user's jobs.
    ///
    /// Few events are found through the user's jobs, whatever the others do. Many would all be sorted for each part of the history, so
    /// they are looked for in the order of their numbers instead, a few thousand at a time.
    ///
    /// - Parameters:
    ///   - user: The user.
    ///   - number: The number of the last event before the part.
    ///   - limit: The most events.
    ///   - many: The number of events from which on there are many.
    ///   - window: How many events are looked at in one read.
    /// - Returns: The events, oldest first.
    /// - Throws: `RoostError` with code `database`; `CancellationError`.
    func history(ofUser user: String, after number: Int64, limit: Int, many: Int = 5000, window: Int64 = 4096) async throws -> [JobEvent] {
        guard user.isWholeInSQLite else { return [] }
        let page = try await readAside { database -> [JobEvent]? in
            if try JobEvent.hasEvents(database, ofUser: user, after: number, atLeast: many) { return nil }
            return try JobEvent.page(database, of: .user(user), after: number, limit: limit)
        }
        if let page { return page }
        let (first, last) = try await readAside { try JobEvent.bounds($0) }
        var events: [JobEvent] = []
        var begin = max(number, first - 1)
        // What is committed meanwhile is newer than the last one.
        while events.count < limit, begin < last {
            let (after, end, rest) = (begin, begin + window, limit - events.count)
            events += try await readAside { try JobEvent.events($0, ofUser: user, after: after, upTo: end, limit: rest) }
            begin = end
        }
        return events
    }

    /// Returns the number of the newest event, read on a separate thread: see `JobStore.lastEventNumber`.
    public func lastEventNumber(of scope: JobScope) async throws -> Int64 {
        try await readAside { try JobEvent.last($0, of: scope) }
    }

    /// Returns every event that is committed from now on, in order: see `JobStore.watchEvents`.
    public func watchEvents() -> AsyncStream<JobEvent> { feed.watch() }
}

extension JobEvent {
    fileprivate static func page(_ database: Database, of scope: JobScope, after number: Int64, limit: Int) throws -> [JobEvent] {
        switch scope {
        case .all: return try fetch(database, where: "seq > ?", [number.databaseValue], limit: limit)
        case .job(let id):
            guard id.isWholeInSQLite else { return [] }
            return try fetch(database, where: "job_id = ? AND seq > ?", [id.databaseValue, number.databaseValue], limit: limit)
        case .user(let user):
            guard user.isWholeInSQLite else { return [] }
            return try fetch(database, table: byJob, where: "\(ofUser) AND seq > ?", [user.databaseValue, number.databaseValue], limit: limit)
        }
    }

    fileprivate static func last(_ database: Database, of scope: JobScope) throws -> Int64 {
        switch scope {
        case .all: return try Int64.fetchOne(database, sql: "SELECT max(seq) FROM job_events") ?? 0
        case .job(let id):
            guard id.isWholeInSQLite else { return 0 }
            return try Int64.fetchOne(database, sql: "SELECT max(seq) FROM job_events WHERE job_id = ?", arguments: [id]) ?? 0
        case .user(let user):
            guard user.isWholeInSQLite else { return 0 }
            return try Int64.fetchOne(database, sql: "SELECT max(seq) FROM \(byJob) WHERE \(ofUser)", arguments: [user]) ?? 0
        }
    }

    /// Whether a user has so many events after a number.
    fileprivate static func hasEvents(_ database: Database, ofUser user: String, after number: Int64, atLeast count: Int) throws -> Bool {
        try Int.fetchOne(
            database, sql: "SELECT 1 FROM \(byJob) WHERE \(ofUser) AND seq > ? LIMIT 1 OFFSET ?", arguments: [user, number, count - 1]) != nil
    }

    /// The numbers of the oldest and the newest event; 1 and 0 without any.
    fileprivate static func bounds(_ database: Database) throws -> (first: Int64, last: Int64) {
        let first = try Int64.fetchOne(database, sql: "SELECT min(seq) FROM job_events") ?? 1
        return (first, try last(database, of: .all))
    }

    /// A user's events in a range of numbers.
    fileprivate static func events(
        _ database: Database, ofUser user: String, after number: Int64, upTo end: Int64, limit: Int
    ) throws -> [JobEvent] {
        try fetch(
            database, where: "seq > ? AND seq <= ? AND (SELECT user_id FROM jobs WHERE id = job_id) = ?",
            [number.databaseValue, end.databaseValue, user.databaseValue], limit: limit)
    }

    /// What the events of a user cost depends on the user's jobs and not on how much the others do.
    private static let byJob = "job_events INDEXED BY job_events_by_job"
    private static let ofUser = "job_id IN (SELECT id FROM jobs WHERE user_id = ?)"

    /// Rows of the history, oldest first.
    static func fetch(
        _ database: Database, table: String = "job_events", where condition: String, _ arguments: [DatabaseValue], limit: Int
    ) throws -> [JobEvent] {
        try ColumnReader.fetchAll(
            database, sql: "SELECT \(columnList) FROM \(table) WHERE \(condition) ORDER BY seq LIMIT ?",
            arguments: StatementArguments(arguments + [limit.databaseValue]), JobEvent.init)
    }

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
