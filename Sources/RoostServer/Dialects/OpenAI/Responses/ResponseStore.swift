import Foundation
import GRDB
import HTTPServing
import ModelFormats
import NIOCore
import RoostCore
import SystemPackage

/// The responses that their clients may read again and continue, in a SQLite file of its own (`responses.db`).
///
/// A response is on the disk before its client has it. The ones that were not used for the longest time are removed after
/// some days, and when all together are too large. A client reads only its own.
final class ResponseStore: Sendable {
    /// The most responses that one continues.
    private static let longestChain = 1000

    private let file: ConversationFile
    /// The most bytes of all responses together.
    private let limit: Int64
    /// The seconds for which a response is kept after its last use.
    private let lifetime: Int
    /// The most bytes of a conversation.
    private let longestConversation: Int
    private let now: @Sendable () -> Date

    /// Creates a store; the file is opened when it is used.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The most bytes of all responses together.
    ///   - days: The days for which a response is kept after its last use.
    ///   - longestConversation: The most bytes of the responses that one continues.
    ///   - now: The clock.
    init(path: FilePath, limit: Int64, days: Int, longestConversation: Int, now: @escaping @Sendable () -> Date = { Date() }) {
        file = ConversationFile(
            path: path, schema: Self.schema, what: "response", without: "send `store`: false", prepare: Self.endInterrupted)
        self.limit = limit
        self.longestConversation = longestConversation
        self.now = now
        lifetime = days * 86_400
    }

    /// Writes a response, or replaces it. Returns when it is on the disk.
    ///
    /// - Parameters:
    ///   - run: The response.
    ///   - isDeleted: Whether its client has deleted it; asked in the transaction.
    /// - Throws: `RoostError` with code `database` or `insufficientSpace`.
    func save(_ run: ResponseRun, unless isDeleted: @escaping @Sendable () -> Bool = { false }) async throws {
        try await write { [limit] database, now in
            if isDeleted() { return }
            let response = run.response
            let (object, input) = (Data(JSON.buffer(response).readableBytesView), Self.array(run.input.items))
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO responses (id, owner, previous, used, status, response, input, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    run.id, run.owner, response.settings.previousID, now, response.status.rawValue, object, input, object.count + input.count,
                ])
            try Self.makeRoom(database, limit: limit, for: run)
        }
    }

    /// A part of a stored response, which is a column.
    enum Part: String {
        /// The response, as it is sent.
        case response
        /// The array of the request's items.
        case input
    }

    /// Reads a part of a client's response.
    ///
    /// - Parameters:
    ///   - part: The part.
    ///   - id: The response.
    ///   - owner: The client.
    ///   - reserve: Reserves the memory for it, before it is read; it gets its bytes.
    /// - Returns: Its JSON, and what `reserve` returned; `nil` if there is no such response.
    /// - Throws: `RoostError` with code `database`; the errors of `reserve`.
    func read<Place: Sendable>(
        _ part: Part, of id: String, ownedBy owner: String, reserve: @escaping @Sendable (_ bytes: Int) throws -> Place
    ) async throws -> (json: ByteBuffer, place: Place)? {
        try await write { database, _ in
            let (found, arguments) = ("FROM responses WHERE id = ? AND owner = ?", [id, owner] as StatementArguments)
            guard let bytes = try Int.fetchOne(database, sql: "SELECT length(\(part.rawValue)) \(found)", arguments: arguments) else { return nil }
            let place = try reserve(bytes)
            let data = try Data.fetchOne(database, sql: "SELECT \(part.rawValue) \(found)", arguments: arguments)
            return data.map { (ByteBuffer(bytes: $0), place) }
        }
    }

    /// Whether a client has a response.
    ///
    /// - Throws: `RoostError` with code `database`.
    func contains(_ id: String, of owner: String) async throws -> Bool {
        try await write { database, _ in
            try Int.fetchOne(database, sql: "SELECT 1 FROM responses WHERE id = ? AND owner = ?", arguments: [id, owner]) != nil
        }
    }

    /// Deletes a client's response.
    ///
    /// - Returns: Whether there was one.
    func delete(_ id: String, of owner: String) async throws -> Bool {
        try await write { database, _ in
            try database.execute(sql: "DELETE FROM responses WHERE id = ? AND owner = ?", arguments: [id, owner])
            return database.changesCount > 0
        }
    }

    /// Returns a response and all that it continues, the oldest first, and counts this as a use of each.
    ///
    /// - Parameters:
    ///   - id: The last response.
    ///   - owner: The client.
    ///   - reserve: Reserves the memory for them, before they are read; it gets their bytes.
    /// - Returns: The responses, and what `reserve` returned.
    /// - Throws: `RoostError` with code `invalidRequest` and field `previous_response_id`, or `database`; the errors of `reserve`.
    func conversation<Place: Sendable>(
        endingWith id: String, of owner: String, reserve: @escaping @Sendable (_ bytes: Int) throws -> Place
    ) async throws -> ([StoredResponse], Place) {
        let most = longestConversation
        return try await write { database, now in
            var (next, bytes, chain): (String?, Int, [String]) = (id, 0, [])
            while let id = next {
                let row = try Row.fetchOne(
                    database, sql: "SELECT previous, status, bytes FROM responses WHERE id = ? AND owner = ?", arguments: [id, owner])
                guard let row else { throw Self.unknown(id, isFirst: chain.isEmpty) }
                guard ["completed", "incomplete"].contains(row["status"] as String) else {
                    throw Self.refusal("the response \(id.quotedForPeople) did not end with an answer, so it cannot be continued.")
                }
                bytes += row["bytes"] as Int
                chain.append(id)
                guard bytes <= most, chain.count <= Self.longestChain else {
                    throw Self.refusal("the conversation is longer than a request may be. Begin a new one with a summary.")
                }
                next = row["previous"]
            }
            let place = try reserve(bytes)
            for id in chain { try database.execute(sql: "UPDATE responses SET used = ? WHERE id = ?", arguments: [now, id]) }
            return (try chain.reversed().compactMap { try Self.response($0, of: owner, in: database) }, place)
        }
    }
}

// MARK: - The file

extension ResponseStore {
    private static let schema = """
        CREATE TABLE IF NOT EXISTS responses (
            id TEXT PRIMARY KEY NOT NULL, owner TEXT NOT NULL, previous TEXT, used INTEGER NOT NULL, status TEXT NOT NULL,
            response BLOB NOT NULL, input BLOB NOT NULL, bytes INTEGER NOT NULL
        );
        CREATE INDEX IF NOT EXISTS responses_used ON responses (used, bytes);
        """

    private func write<Value: Sendable>(_ work: @escaping @Sendable (Database, _ now: Int) throws -> Value) async throws -> Value {
        let time = Int(now().timeIntervalSince1970)
        let oldest = time - lifetime
        return try await file.write { database in
            try database.execute(sql: "DELETE FROM responses WHERE used < ?", arguments: [oldest])
            return try work(database, time)
        }
    }

    /// Marks the responses that were being made when an earlier server ended.
    @Sendable private static func endInterrupted(_ database: Database) throws {
        let rows = try Row.fetchAll(database, sql: "SELECT id, response FROM responses WHERE status IN ('queued', 'in_progress')")
        for row in rows {
            guard var members = try? JSONSerialization.jsonObject(with: row["response"] as Data) as? [String: Any] else { continue }
            members["status"] = "failed"
            members["error"] = ["code": "server_error", "message": "The server stopped before the response was complete. Send the request again."]
            let data = try JSONSerialization.data(withJSONObject: members, options: [.sortedKeys, .withoutEscapingSlashes])
            try database.execute(
                sql: "UPDATE responses SET status = 'failed', response = ? WHERE id = ?", arguments: [data, row["id"] as String])
        }
    }

    /// Removes responses of the client that has the most bytes, those first that it has not used for the longest time, until the others
    /// fit. So a client with little loses nothing to one with much.
    private static func makeRoom(_ database: Database, limit: Int64, for run: ResponseRun) throws {
        while let total = try Int64.fetchOne(database, sql: "SELECT COALESCE(SUM(bytes), 0) FROM responses"), total > limit {
            try database.execute(
                sql: """
                    DELETE FROM responses WHERE id IN (
                        SELECT id FROM responses WHERE id <> ? AND owner = (
                            SELECT owner FROM responses GROUP BY owner HAVING COUNT(*) > (owner = ?) ORDER BY SUM(bytes) DESC LIMIT 1
                        ) ORDER BY used LIMIT 16)
                    """,
                arguments: [run.id, run.owner])
            guard database.changesCount > 0 else { return }
        }
    }

    private static func array(_ items: [JSONText]) -> Data {
        var data = Data("[".utf8)
        for (index, item) in items.enumerated() {
            if index > 0 { data.append(UInt8(ascii: ",")) }
            data.append(contentsOf: item.bytes)
        }
        data.append(UInt8(ascii: "]"))
        return data
    }

    private static func response(_ id: String, of owner: String, in database: Database) throws -> StoredResponse? {
        let row = try Row.fetchOne(database, sql: "SELECT response, input FROM responses WHERE id = ? AND owner = ?", arguments: [id, owner])
        return row.map { StoredResponse(response: $0["response"], input: $0["input"]) }
    }

    private static func unknown(_ id: String, isFirst: Bool) -> RoostError {
        refusal(
            isFirst
                ? "there is no response \(id.quotedForPeople) of this client: it was not kept (`store`), was deleted, or is too old. Send the whole conversation as `input`."
                : "an earlier response of the conversation, \(id.quotedForPeople), was deleted or is too old. Send the whole conversation as `input`."
        )
    }

    private static func refusal(_ why: String) -> RoostError {
        RoostError(.invalidRequest, "`previous_response_id`: \(why)", field: "previous_response_id")
    }
}
