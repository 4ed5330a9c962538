import Foundation
import GRDB
import HTTPServing
import ModelFormats
import RoostCore
import Synchronization
import SystemPackage

/// The conversations that the server keeps for clients of `/chat`, in a SQLite file of its own (`sessions.db`).
///
/// A turn is on the disk before its client gets the end of the answer. A session that was not used for an hour is gone. A client
/// reads only its own.
final class SessionStore: Sendable {
    /// What is kept at most.
    struct Limits: Sendable {
        /// The time since the last use.
        var lifetime: Duration = .seconds(3600)
        /// The messages of a session.
        var messages = 1000
        /// The bytes of a session.
        var bytes = 4 << 20
        /// The sessions and bytes of a client.
        var ofClient = (sessions: 1000, bytes: 64 << 20)
        /// The sessions and bytes of all clients together.
        var ofAll = (sessions: 10_000, bytes: 512 << 20)
    }

    /// Which session of which client.
    struct Name: Sendable, Hashable {
        let client: String
        let id: String
    }

    /// A session as it is stored.
    struct Stored: Sendable {
        var createdAt: Date
        var lastUsedAt: Date
        /// The messages as a JSON array.
        var json: Data

        /// Reads the messages on a thread for long work.
        func messages() async throws -> SessionMessages {
            try await WorkThreads.run { SessionMessages(try JSONDocument(Array(json)).root) }
        }
    }

    private static let schema = """
        CREATE TABLE IF NOT EXISTS sessions (
            client TEXT NOT NULL, id TEXT NOT NULL, created REAL NOT NULL, used REAL NOT NULL, messages BLOB NOT NULL, bytes INTEGER NOT NULL,
            PRIMARY KEY (client, id)
        ) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS sessions_used ON sessions (used);
        CREATE INDEX IF NOT EXISTS sessions_bytes ON sessions (client, bytes);
        """

    let limits: Limits
    private let file: ConversationFile
    private let now: @Sendable () -> Date
    /// The sessions whose next answer is being written.
    private let busy = Mutex<Set<Name>>([])

    /// Creates a store; the file is opened when it is used.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limits: What is kept at most.
    ///   - now: The clock.
    init(path: FilePath, limits: Limits = Limits(), now: @escaping @Sendable () -> Date = { Date() }) {
        file = ConversationFile(
            path: path, schema: Self.schema, what: "session", without: "send the whole conversation without `session_id`")
        self.limits = limits
        self.now = now
    }

    /// Begins a turn. Until it ends, the session takes no other.
    ///
    /// - Parameters:
    ///   - name: The session; one that does not exist begins with this turn.
    ///   - messages: The new messages.
    /// - Returns: The turn, with the messages before it.
    /// - Throws: `RoostError` with code `conflict`, `tooLarge`, `rateLimited` or `database`.
    func begin(_ name: Name, _ messages: SessionMessages) async throws -> SessionTurn {
        guard messages.byteCount <= limits.bytes else {
            throw RoostError(
                .tooLarge,
                "`messages` have \(ByteCount(Int64(messages.byteCount))), and a session keeps \(ByteCount(Int64(limits.bytes))). Send smaller images, or no `session_id`.",
                field: "messages")
        }
        guard busy.withLock({ $0.insert(name).inserted }) else { throw Self.conflict(name) }
        do {
            let stored = try await write { [limits] database, _ in
                let stored = try Self.session(name, in: database)
                let bytes = min(limits.bytes, (stored?.json.count ?? 0) + messages.byteCount)
                try Self.checkRoom(for: name, isNew: stored == nil, bytes: bytes, limits, in: database)
                return stored
            }
            return SessionTurn(store: self, name: name, createdAt: stored?.createdAt, earlier: try await stored?.messages(), new: messages)
        } catch {
            release(name)
            throw error
        }
    }

    /// Makes a session free for its next turn.
    func release(_ name: Name) { busy.withLock { _ = $0.remove(name) } }

    /// Writes a session. Returns when it is on the disk.
    ///
    /// - Throws: `RoostError` with code `rateLimited`, `database` or `insufficientSpace`.
    func save(_ name: Name, createdAt: Date?, _ messages: SessionMessages) async throws {
        let json = Data(messages.json)
        try await write { [limits] database, time in
            // Other sessions may have grown since this turn began.
            try Self.checkRoom(for: name, isNew: false, bytes: json.count, limits, in: database)
            try database.execute(
                sql: "INSERT OR REPLACE INTO sessions (client, id, created, used, messages, bytes) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [name.client, name.id, createdAt?.timeIntervalSince1970 ?? time, time, json, json.count])
        }
    }

    /// Returns a session.
    ///
    /// - Throws: `RoostError` with code `notFound` or `database`.
    func session(_ name: Name) async throws -> Stored {
        guard let stored = try await write({ database, _ in try Self.session(name, in: database) }) else { throw Self.unknown(name) }
        return stored
    }

    /// Deletes a session.
    ///
    /// - Throws: `RoostError` with code `notFound`, `conflict` or `database`.
    func delete(_ name: Name) async throws {
        guard !busy.withLock({ $0.contains(name) }) else { throw Self.conflict(name) }
        let isDeleted = try await write { database, _ in
            try database.execute(sql: "DELETE FROM sessions WHERE client = ? AND id = ?", arguments: [name.client, name.id])
            return database.changesCount > 0
        }
        guard isDeleted else { throw Self.unknown(name) }
    }
}

extension SessionStore {
    private func write<Value: Sendable>(_ work: @escaping @Sendable (Database, _ time: Double) throws -> Value) async throws -> Value {
        let (time, lifetime) = (now().timeIntervalSince1970, limits.lifetime / .seconds(1))
        return try await file.write { database in
            try database.execute(sql: "DELETE FROM sessions WHERE used <= ?", arguments: [time - lifetime])
            return try work(database, time)
        }
    }

    private static func session(_ name: Name, in database: Database) throws -> Stored? {
        let row = try Row.fetchOne(
            database, sql: "SELECT created, used, messages FROM sessions WHERE client = ? AND id = ?", arguments: [name.client, name.id])
        return row.map { row in
            Stored(
                createdAt: Date(timeIntervalSince1970: row["created"]), lastUsedAt: Date(timeIntervalSince1970: row["used"]),
                json: row["messages"])
        }
    }

    /// Refuses a session that makes those of its client, or of all, more or larger than they may be.
    private static func checkRoom(for name: Name, isNew: Bool, bytes new: Int, _ limits: Limits, in database: Database) throws {
        func isFull(_ condition: String, _ arguments: StatementArguments, _ most: (sessions: Int, bytes: Int)) throws -> Bool {
            let row = try Row.fetchOne(
                database,
                sql: "SELECT COUNT(*) AS count, COALESCE(SUM(bytes), 0) AS bytes FROM sessions WHERE NOT (client = ? AND id = ?) \(condition)",
                arguments: [name.client, name.id] + arguments)
            guard let row else { return false }
            let (count, bytes): (Int, Int) = (row["count"], row["bytes"])
            return isNew && count >= most.sessions || bytes + new > most.bytes
        }
        if try isFull("AND client = ?", [name.client], limits.ofClient) {
            throw RoostError(
                .rateLimited,
                "This client has as many sessions as one may have (\(limits.ofClient.sessions), or \(ByteCount(Int64(limits.ofClient.bytes)))). Delete some with DELETE /sessions/{id}, or wait until they end, an hour after their last use.",
                field: "session_id", retryAfter: .seconds(60))
        }
        guard try !isFull("", [], limits.ofAll) else {
            throw RoostError(
                .rateLimited,
                "The server keeps as many sessions as it may. Send the whole conversation without `session_id`, or wait until some end.",
                field: "session_id", retryAfter: .seconds(60))
        }
    }

    private static func unknown(_ name: Name) -> RoostError {
        RoostError(
            .notFound, "There is no session \(name.id.quotedForPeople) of this client. A session ends an hour after its last use.",
            field: "session_id")
    }

    private static func conflict(_ name: Name) -> RoostError {
        RoostError(
            .conflict, "The session \(name.id.quotedForPeople) is answering another message. Send this again when that answer is complete.",
            field: "session_id")
    }
}
