import Dispatch
import GRDB
import Synchronization

/// A few read-only connections. A look-up takes one, uses it on the caller's thread, and gives it back.
final class ReaderPool: Sendable {
    /// More than two processors' worth of readers has no use, and each holds memory.
    private static let size = 4

    private let connections: [DatabaseQueue]
    private let free: Mutex<[DatabaseQueue]>
    private let background = DispatchQueue(label: "jobs.db long reads", attributes: .concurrent)

    init(path: String) throws {
        connections = try (0..<Self.size).map { _ in try DatabaseQueue(path: path, configuration: ConnectionSettings.reader) }
        free = Mutex(connections)
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
        try await withCheckedThrowingContinuation { continuation in
            background.async {
                continuation.resume(
                    with: Result {
                        try self.read { database in
                            var value: Value?
                            try database.inTransaction(.deferred) {
                                value = try query(database)
                                return .commit
                            }
                            guard let value else { throw DatabaseError(resultCode: .SQLITE_INTERNAL) }
                            return value
                        }
                    })
            }
        }
    }

    func close() throws {
        for connection in connections { try connection.close() }
    }
}
