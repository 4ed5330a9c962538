import Dispatch
import GRDB
import Logging
import RoostCore
import Synchronization

/// The one writer of jobs.db. Changes that arrive while another commit is on its way to the disk share the next commit (group commit), so that
/// many callers wait for one fsync and not for one each. A change that arrives while nothing is on its way is committed on its caller's thread:
/// two changes of threads would take as long as the commit. So at most one caller's thread ever waits for the disk, and none for another
/// program's lock.
///
/// A change that was handed over is carried out to its end, whatever becomes of the caller's task.
final class JobWriter: Sendable {
    /// What an acknowledged change survives.
    enum Durability: Sendable {
        /// Power loss: the commit is on the disk.
        case full
        /// The end of the process; after a power cut the last of these may be missing. For what can be found out again, such as progress.
        case relaxed
    }

    private struct Change: Sendable {
        let durability: Durability
        /// Makes the change; returns what to do once it is committed.
        let apply: @Sendable (JobTransaction) throws -> (@Sendable () -> Void)
        let fail: @Sendable (any Error) -> Void
    }

    private struct Waiting {
        var changes: [Change] = []
        var isDraining = false
    }

    /// More would let the first caller wait too long.
    private static let largestBatch = 256
    /// How often the wait for another program's write lock (`ConnectionSettings.busyTimeout` each) is repeated.
    private static let lockTries = 6

    private let path: String
    private let now: @Sendable () -> Timestamp
    private let onEvents: @Sendable ([JobEvent]) -> Void
    private let logger: Logger
    private let queue = DispatchQueue(label: "jobs.db writer", qos: .userInitiated)
    private let waiting = Mutex(Waiting())
    private let log: WriteAheadLog
    /// Replaced on `queue` alone.
    private let connection: Mutex<DatabaseQueue>
    /// Whether the connection commits without an fsync. Set on `queue` alone.
    private let isRelaxed = Atomic(false)

    /// Opens the writer.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - now: The clock of all timestamps.
    ///   - logger: Hears when the connection has to be opened anew.
    ///   - onEvents: Hears about each commit's events, in order.
    /// - Throws: `DatabaseError`; `RoostError` with code `database` where SQLite's write-ahead log cannot be used.
    init(path: String, now: @escaping @Sendable () -> Timestamp, logger: Logger, onEvents: @escaping @Sendable ([JobEvent]) -> Void) throws {
        self.path = path
        self.now = now
        self.logger = logger
        self.onEvents = onEvents
        log = WriteAheadLog(database: path)
        connection = Mutex(try Self.open(path, log))
    }

    /// Makes a change and returns when it is committed.
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

    /// Runs something outside any transaction, such as pragmas, after the changes that were handed over before.
    func withoutTransaction<Value: Sendable>(_ work: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try self.current.writeWithoutTransaction(work) }) }
        }
    }

    /// Moves everything from the log into the file, so that whoever copies jobs.db of a stopped server gets all of it, and closes the file.
    ///
    /// - Throws: `DatabaseError` when the file cannot be closed.
    func close() throws {
        try queue.sync {
            do {
                try current.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
            } catch {
                // Nothing is lost: the next start reads the log.
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
            // Stepped to its end: the file is in the new mode only then.
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

    /// What is waiting now, on the caller's thread; the rest, and whatever has to wait for another program, on the writer's own.
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
            // After the callers have their answers, so that a checkpoint keeps nobody waiting who is not there yet.
            checkpointLongLog()
            let batch = takeBatch()
            if batch.isEmpty { return }
            _ = commit(batch, waitsForLock: true)
        }
    }

    /// One transaction for all of them. When one of them fails, nothing of the batch has happened, and each gets a transaction of its own.
    ///
    /// - Returns: Whether the changes have been answered; `false` when another program has the lock and there was to be no waiting for it.
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
            // Set before `BEGIN`: inside a transaction SQLite refuses it.
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

    /// FULL is the rule. Where the connection cannot be brought back to it, no change that must last is made.
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

    /// FULL is back before anybody can hand in another change.
    private func restoreFull(_ database: Database) {
        do {
            try setDurability(.full, of: database)
        } catch {
            logger.error("jobs.db stays at synchronous = NORMAL", metadata: ["error": "\(error)"])
        }
    }

    /// A connection that stays at NORMAL is replaced; while that fails too, changes that must last are refused.
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

    /// SQLite rolls back by itself after some failures.
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

    /// After a failed write or fsync nobody knows what the connection's caches are worth: the file is opened anew, and no change is acknowledged
    /// before all of the log has reached the disk.
    private func reopenIfBroken(_ error: any Error) {
        guard let error = error as? DatabaseError, error.resultCode == .SQLITE_IOERR else { return }
        log.doubt()
        reopen(because: "\(error)")
    }

    private func reopen(because reason: String) {
        logger.error("jobs.db is opened anew", metadata: ["reason": "\(reason)"])
        do {
            let fresh = try Self.open(path, log)
            isRelaxed.store(false, ordering: .relaxed)
            let old = connection.withLock { connection in
                defer { connection = fresh }
                return connection
            }
            try old.close()
        } catch {
            logger.error("jobs.db cannot be opened anew; the next change tries the old connection", metadata: ["error": "\(error)"])
        }
    }

    /// The last chance of what was committed without an fsync and could not be checkpointed.
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

    /// No transaction, or none that could be committed: the changes are not tried one by one, for none of them is at fault.
    private struct CommitFailure: Error { let cause: any Error }

    /// Another program has the lock, and it was not to be waited for.
    private struct LockedOut: Error {}
}
