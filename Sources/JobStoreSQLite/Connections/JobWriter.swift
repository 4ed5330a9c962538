import Dispatch
import GRDB
import Logging
import RoostCore
import Synchronization

/// The only writer of jobs.db. Changes that arrive during a commit share the next commit (group commit), so that many
/// callers wait for one fsync instead of one each. A change that arrives while the writer is idle is committed on its
/// caller's thread, because two thread switches would take as long as the commit. So at most one caller's thread waits
/// for the disk, and none waits for another program's lock.
///
/// A change that was submitted is completed even if the caller's task is cancelled.
final class JobWriter: Sendable {
    /// The failures that an acknowledged change survives.
    enum Durability: Sendable {
        /// Power loss: the commit is on the disk.
        case full
        /// The end of the process. The last of these commits may be missing after a power cut. For values that can be
        /// determined again, such as progress.
        case relaxed
    }

    private struct Change: Sendable {
        let durability: Durability
        /// Makes the change and returns the action to run after the commit.
        let apply: @Sendable (JobTransaction) throws -> (@Sendable () -> Void)
        let fail: @Sendable (any Error) -> Void
    }

    private struct Waiting {
        var changes: [Change] = []
        var isDraining = false
    }

    /// The maximum number of changes in a commit. More would make the first caller wait too long.
    private static let largestBatch = 256
    /// The number of times to wait for another program's write lock, `ConnectionSettings.busyTimeout` each.
    private static let lockTries = 6

    private let path: String
    private let now: @Sendable () -> Timestamp
    private let onEvents: @Sendable ([JobEvent]) -> Void
    private let logger: Logger
    private let queue = DispatchQueue(label: "jobs.db writer", qos: .userInitiated)
    private let waiting = Mutex(Waiting())
    private let log: WriteAheadLog
    /// Replaced only on `queue`.
    private let connection: Mutex<DatabaseQueue>
    /// Whether the connection commits without an fsync. Set only on `queue`.
    private let isRelaxed = Atomic(false)

    /// Opens the writer.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - now: The clock for all timestamps.
    ///   - logger: The logger for reopened connections.
    ///   - onEvents: Receives the events of each commit, in order.
    /// - Throws: `DatabaseError`; `RoostError` with code `database` if SQLite's write-ahead log cannot be used.
    init(path: String, now: @escaping @Sendable () -> Timestamp, logger: Logger, onEvents: @escaping @Sendable ([JobEvent]) -> Void) throws {
        self.path = path
        self.now = now
        self.logger = logger
        self.onEvents = onEvents
        log = WriteAheadLog(database: path)
        connection = Mutex(try Self.open(path, log))
    }

    /// Makes a change and returns after it is committed.
    func perform<Value: Sendable>(
        _ durability: Durability = .full, _ change: @escaping @Sendable (JobTransaction) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            enqueue(
                Change(durability: durability) { transaction in
                    let value = try change(transaction)
                    return { continuation.resume(returning: value) }
                } fail: {
                    continuation.resume(throwing: $0)
                })
        }
    }

    /// Runs an operation outside of any transaction, such as pragmas, after all changes that were submitted before.
    func withoutTransaction<Value: Sendable>(_ work: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try self.current.writeWithoutTransaction(work) }) }
        }
    }

    /// Moves the write-ahead log into the file, so that a copy of jobs.db from a stopped server is complete, and closes
    /// the file.
    ///
    /// - Throws: `DatabaseError` when the file cannot be closed.
    func close() throws {
        try queue.sync {
            do {
                try current.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
            } catch {
                // No data is lost: the next start reads the log.
                logger.warning("jobs.db keeps its write-ahead log", metadata: ["error": "\(error)"])
                secureLog(after: error)
            }
            try current.close()
        }
    }

    private var current: DatabaseQueue { connection.withLock { $0 } }

    private static func open(_ path: String, _ log: WriteAheadLog) throws -> DatabaseQueue {
        let connection = try DatabaseQueue(path: path, configuration: ConnectionSettings.writer)
        try connection.writeWithoutTransaction { database in
            // The statement must run to its end: only then does the file have the new mode.
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode")
            guard mode == "wal" else {
                throw RoostError(
                    .database, "\(path) cannot use SQLite's write-ahead log (it stays in mode \(mode ?? "unknown")); put ROOST_HOME on a local disk.")
            }
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try log.observe(database)
        }
        return connection
    }

    private func enqueue(_ change: Change) {
        let mustStart = waiting.withLock { waiting in
            waiting.changes.append(change)
            defer { waiting.isDraining = true }
            return !waiting.isDraining
        }
        if mustStart { queue.sync { commitAtOnce() } }
    }

    /// Commits the waiting changes on the caller's thread. Later changes, and changes that wait for another program,
    /// are committed on the writer's thread.
    private func commitAtOnce() {
        let batch = takeBatch()
        let isDone = commit(batch, waitsForLock: false)
        let hasMore = waiting.withLock { waiting in
            if !isDone { waiting.changes.insert(contentsOf: batch, at: 0) }
            waiting.isDraining = !waiting.changes.isEmpty || log.isLong
            return waiting.isDraining
        }
        if hasMore { queue.async { self.drain() } }
    }

    private func takeBatch() -> [Change] {
        waiting.withLock { waiting in
            let batch = Array(waiting.changes.prefix(Self.largestBatch))
            waiting.changes.removeFirst(batch.count)
            if batch.isEmpty { waiting.isDraining = false }
            return batch
        }
    }

    private func drain() {
        while true {
            // After the callers have their results, so that they do not wait for the checkpoint.
            checkpointLongLog()
            let batch = takeBatch()
            if batch.isEmpty { return }
            _ = commit(batch, waitsForLock: true)
        }
    }

    /// Commits all changes in one transaction. If one of them fails, the whole batch is rolled back and each change
    /// gets its own transaction.
    ///
    /// - Returns: Whether the callers have their results; `false` if another program holds the lock and `waitsForLock`
    ///   is `false`.
    private func commit(_ batch: [Change], waitsForLock: Bool) -> Bool {
        reopenIfRelaxed()
        do {
            let completions = try transaction(batch, waitsForLock: waitsForLock)
            reopenIfRelaxed()
            for complete in completions { complete() }
        } catch is LockedOut {
            return false
        } catch {
            if batch.count > 1, !(error is CommitFailure) {
                for change in batch where !commit([change], waitsForLock: waitsForLock) { _ = commit([change], waitsForLock: true) }
            } else {
                let cause = (error as? CommitFailure)?.cause ?? error
                for change in batch { change.fail(cause) }
                reopenIfBroken(cause)
            }
        }
        return true
    }

    private func transaction(_ batch: [Change], waitsForLock: Bool) throws -> [@Sendable () -> Void] {
        try current.writeWithoutTransaction { database in
            // Set before `BEGIN`: SQLite refuses this pragma inside a transaction.
            try setDurability(batch.allSatisfy { $0.durability == .relaxed } ? .relaxed : .full, of: database)
            defer { restoreFull(database) }
            try begin(database, waitsForLock: waitsForLock)
            let transaction = JobTransaction(database: database, now: now())
            let completions: [@Sendable () -> Void]
            do {
                if log.isDoubtful {
                    do { try log.writeAnew() } catch { throw CommitFailure(cause: error) }
                }
                completions = try batch.map { try $0.apply(transaction) }
            } catch {
                try rollBack(database)
                throw error
            }
            do {
                try database.commit()
            } catch {
                try rollBack(database)
                throw CommitFailure(cause: error)
            }
            if !transaction.events.isEmpty { onEvents(transaction.events) }
            return completions
        }
    }

    /// Sets the durability of the next commit. If FULL cannot be restored, changes that must be durable are refused.
    private func setDurability(_ durability: Durability, of database: Database) throws {
        let isRelaxed = durability == .relaxed
        guard self.isRelaxed.load(ordering: .relaxed) != isRelaxed else { return }
        do {
            try database.execute(sql: "PRAGMA synchronous = \(isRelaxed ? "NORMAL" : "FULL")")
            self.isRelaxed.store(isRelaxed, ordering: .relaxed)
        } catch {
            throw CommitFailure(cause: error)
        }
    }

    /// Restores FULL before another change can be submitted.
    private func restoreFull(_ database: Database) {
        do {
            try setDurability(.full, of: database)
        } catch {
            logger.error("jobs.db stays at synchronous = NORMAL", metadata: ["error": "\(error)"])
        }
    }

    /// Replaces a connection that remains at NORMAL. If that fails too, changes that must be durable are refused.
    private func reopenIfRelaxed() {
        if isRelaxed.load(ordering: .relaxed) { reopen(because: "it stays at synchronous = NORMAL") }
    }

    private func begin(_ database: Database, waitsForLock: Bool) throws {
        if !waitsForLock { ConnectionSettings.setBusyTimeout(of: database, to: 0) }
        defer { if !waitsForLock { ConnectionSettings.setBusyTimeout(of: database, to: ConnectionSettings.busyTimeout) } }
        for attempt in 1... {
            do {
                return try database.beginTransaction(.immediate)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                if !waitsForLock { throw LockedOut() }
                guard attempt < Self.lockTries else { throw CommitFailure(cause: error) }
                logger.warning("another program has been writing to jobs.db for some seconds; waiting for it")
            } catch {
                throw CommitFailure(cause: error)
            }
        }
    }

    /// SQLite rolls back automatically after some failures.
    private func rollBack(_ database: Database) throws { if database.isInsideTransaction { try database.rollback() } }

    private func checkpointLongLog() {
        guard log.isLong else { return }
        do {
            try current.writeWithoutTransaction { _ = try $0.checkpoint(.passive) }
            log.hasBeenCheckpointed()
        } catch {
            logger.warning("jobs.db could not be checkpointed; the next change tries again", metadata: ["error": "\(error)"])
            reopenIfBroken(error)
        }
    }

    /// Reopens the file after a failed write or fsync, because the connection's caches are then unreliable. No change
    /// is acknowledged before the complete log is on the disk.
    private func reopenIfBroken(_ error: any Error) {
        guard let error = error as? DatabaseError, error.resultCode == .SQLITE_IOERR else { return }
        log.doubt()
        reopen(because: "\(error)")
    }

    private func reopen(because reason: String) {
        logger.error("jobs.db is being reopened", metadata: ["reason": "\(reason)"])
        do {
            let fresh = try Self.open(path, log)
            isRelaxed.store(false, ordering: .relaxed)
            let old = connection.withLock { connection in
                defer { connection = fresh }
                return connection
            }
            try old.close()
        } catch {
            logger.error("jobs.db cannot be reopened; the next change tries the old connection", metadata: ["error": "\(error)"])
        }
    }

    /// Tries to write the log to the disk: it contains commits made without an fsync that could not be checkpointed.
    private func secureLog(after error: any Error) {
        guard log.isDoubtful || (error as? DatabaseError)?.resultCode == .SQLITE_IOERR else { return }
        do {
            try current.writeWithoutTransaction { database in
                try database.inTransaction(.immediate) {
                    try log.writeAnew()
                    return .rollback
                }
            }
        } catch {
            logger.error("jobs.db's write-ahead log may be incomplete after a power cut", metadata: ["error": "\(error)"])
        }
    }

    /// A transaction that could not be started or committed. The changes are not retried separately, because none of
    /// them caused the failure.
    private struct CommitFailure: Error { let cause: any Error }

    /// Another program holds the lock, and the caller must not wait for it.
    private struct LockedOut: Error {}
}
