import GRDB
import RoostCore
import Synchronization

/// A small pool of read-only connections. A look-up borrows one and uses it on the caller's thread. Queries that may
/// take long have their own connections and threads, so that look-ups never wait for them.
final class ReaderPool: Sendable {
    /// The number of connections. More readers than two per processor are of no use, and each needs memory.
    private static let size = 4

    private let connections: [DatabaseQueue]
    private let free: Mutex<[DatabaseQueue]>
    /// Two connections, so that two long queries can run at the same time.
    let aside: [DatabaseQueue]
    private let threads: FairThreads<DatabaseQueue>

    init(path: String) throws {
        func open() throws -> DatabaseQueue { try DatabaseQueue(path: path, configuration: ConnectionSettings.reader) }
        connections = try (0..<Self.size).map { _ in try open() }
        free = Mutex(connections)
        aside = try [open(), open()]
        threads = FairThreads("jobs.db long reads", aside)
    }

    /// Runs a short query on the caller's thread: switching threads would take longer than the query.
    func read<Value>(_ query: (Database) throws -> Value) throws -> Value {
        let taken = free.withLock { $0.popLast() }
        guard let connection = taken else { return try connections[0].unsafeRead(query) }
        defer { free.withLock { $0.append(connection) } }
        return try connection.unsafeRead(query)
    }

    /// Runs a query that may take long on a separate thread, on one snapshot of the file. Clients take turns.
    func readAside<Value: Sendable>(_ query: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await threads.run { try Self.readSnapshot($0, query) }
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
        for connection in connections + aside { try connection.close() }
    }
}
