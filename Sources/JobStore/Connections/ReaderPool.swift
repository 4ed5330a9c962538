import Dispatch
import GRDB
import Synchronization

/// A few read-only connections. A look-up takes one, uses it on the caller's thread, and gives it back; queries that may take long have
/// connections and threads of their own, so that no look-up ever waits for them.
final class ReaderPool: Sendable {
    /// More than two processors' worth of readers has no use, and each holds memory.
    private static let size = 4

    private let connections: [DatabaseQueue]
    private let free: Mutex<[DatabaseQueue]>
    /// Two, that one long query may run beside another.
    private let aside: [(connection: DatabaseQueue, thread: DispatchQueue)]
    /// Which of the two is next.
    private let turn = Atomic(0)

    init(path: String) throws {
        func open() throws -> DatabaseQueue { try DatabaseQueue(path: path, configuration: ConnectionSettings.reader) }
        connections = try (0..<Self.size).map { _ in try open() }
        free = Mutex(connections)
        aside = try (0...1).map { (try open(), DispatchQueue(label: "jobs.db long reads \($0)")) }
    }

    /// Runs one short query on the caller's thread: a hop to another thread would take longer than the query.
    func read<Value>(_ query: (Database) throws -> Value) throws -> Value {
        let taken = free.withLock { $0.popLast() }
        guard let connection = taken else { return try connections[0].unsafeRead(query) }
        defer { free.withLock { $0.append(connection) } }
        return try connection.unsafeRead(query)
    }

    /// Runs a query that may take long on a thread of its own, on one snapshot of the file.
    func readAside<Value: Sendable>(_ query: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        let (connection, thread) = aside[turn.bitwiseXor(1, ordering: .relaxed).oldValue]
        return try await withCheckedThrowingContinuation { continuation in
            thread.async { continuation.resume(with: Result { try Self.readSnapshot(connection, query) }) }
        }
    }

    private static func readSnapshot<Value>(_ connection: DatabaseQueue, _ query: (Database) throws -> Value) throws -> Value {
        try connection.unsafeRead { database in
            var value: Value?
            try database.inTransaction(.deferred) {
                value = try query(database)
                return .commit
            }
            guard let value else { throw DatabaseError(resultCode: .SQLITE_INTERNAL) }
            return value
        }
    }

    func close() throws {
        for connection in connections + aside.map(\.connection) { try connection.close() }
    }
}
