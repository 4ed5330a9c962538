import DurableFiles
package import Foundation
import GRDB
import RoostCore
package import SystemPackage

/// The database keys.db in Roost's home: the keys, without their secrets.
///
/// The server and the command use it at the same time. Every change is on the disk when its call returns (WAL,
/// `synchronous=FULL`). All calls block: call them on threads for such work.
package final class KeyStore: Sendable {
    /// The seconds to wait for another program's change.
    private static let busyTimeout = 5.0

    private let path: FilePath
    private let queue: DatabaseQueue
    let now: @Sendable () -> Date

    /// Opens the file. One that does not exist is created with mode 0600, and its folder with 0700.
    ///
    /// - Parameters:
    ///   - path: The path of keys.db.
    ///   - now: The clock for all times.
    /// - Throws: `RoostError` with code `database` or `fileSystem`. A file that cannot be read stops the server, because
    ///   a server without its keys would be open to all.
    package init(path: FilePath, now: @escaping @Sendable () -> Date = { Date() }) throws {
        self.path = path
        self.now = now
        do {
            try Self.createPrivate(path)
            var configuration = Configuration()
            configuration.label = "keys.db"
            configuration.busyMode = .timeout(Self.busyTimeout)
            configuration.journalMode = .wal
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON; PRAGMA fullfsync = ON") }
            queue = try DatabaseQueue(path: path.string, configuration: configuration)
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            try KeySchema.migrator.migrate(queue)
        } catch let error as RoostError {
            throw error
        } catch {
            throw RoostError(
                .database,
                "\(path) cannot be used: \(error). Restore it from a backup; or move it away and create new keys, and the old ones end.",
                cause: error)
        }
    }

    /// SQLite makes `-wal` and `-shm` with the mode of the file.
    private static func createPrivate(_ path: FilePath) throws {
        try FileSystem.makePrivateFolder(path.removingLastComponent())
        guard (try? path.stat(followTargetSymlink: false)) == nil else { return }
        do {
            try FileSystem.create(path, "make", permissions: .ownerReadWrite)
        } catch {
            // Another process may have made it at the same moment.
            if (try? path.stat(followTargetSymlink: false)) == nil { throw error }
        }
    }

    /// Closes the file.
    ///
    /// - Throws: `RoostError` with code `database`.
    package func close() throws { try describing { try queue.close() } }

    /// Returns a number that changes when another process has changed the file.
    package func version() throws -> Int {
        try describing { try queue.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA data_version") ?? 0 } }
    }

    /// Returns all keys, also those that have ended, in the order of their creation.
    package func keys() throws -> [StoredKey] { try reading { try Self.keys(in: $0) } }

    /// Creates a key.
    ///
    /// - Parameter new: What it allows.
    /// - Returns: The key with its secret, which is stored nowhere, and what is stored.
    /// - Throws: `RoostError` with code `invalidRequest` or `database`.
    package func create(_ new: NewKey) throws -> (key: APIKey, stored: StoredKey) {
        let date = now()
        try new.check(at: date)
        let key = try APIKey.make()
        let stored = StoredKey(
            id: key.id, name: new.name, owner: new.owner, workspace: new.workspace, scopes: new.scopes, models: new.models,
            limits: new.limits, createdAt: date, expiresAt: new.expiresAt, revokedAt: nil, lastUsedAt: nil, digest: key.digest, earlier: nil)
        try change { database in
            try database.execute(
                sql: "INSERT INTO keys (\(StoredKey.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL, NULL, ?)",
                arguments: [
                    key.id, Data(key.digest), new.name, new.owner, new.workspace, new.scopes.map(\.rawValue).sorted().joined(separator: "\n"),
                    new.models.joined(separator: "\n"), Timestamp(date).rawValue, new.expiresAt.map { Timestamp($0).rawValue }, new.limits.json,
                ])
            try record("keys create", stored, in: database)
        }
        return (key, stored)
    }

    /// Ends a key at once and for ever.
    ///
    /// - Parameter name: Its id, or its name if no other key that is not revoked has it.
    /// - Returns: The revoked key. A key that was revoked before stays as it is.
    /// - Throws: `RoostError` with code `notFound`, `conflict` or `database`.
    package func revoke(_ name: String) throws -> StoredKey {
        let date = now()
        return try change { database in
            let key = try Self.key(name, in: database)
            try database.execute(
                sql: "UPDATE keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?", arguments: [Timestamp(date).rawValue, key.id])
            try record("keys revoke", key, in: database)
            return try Self.key(key.id, in: database)
        }
    }

    /// Gives a key another secret. Its id, and with it all that belongs to it, stays.
    ///
    /// - Parameters:
    ///   - name: Its id, or its name if no other key that is not revoked has it.
    ///   - overlap: For how many seconds the earlier secret still works; 0 to end it at once.
    /// - Returns: The key with its new secret, and what is stored.
    /// - Throws: `RoostError` with code `notFound`, `conflict` for a key that has ended, or `database`.
    package func rotate(_ name: String, overlap: TimeInterval) throws -> (key: APIKey, stored: StoredKey) {
        let date = now()
        return try change { database in
            let old = try Self.key(name, in: database)
            guard old.state(at: date) == .active else {
                throw RoostError(.conflict, "The key \(old.id) is \(old.state(at: date).rawValue); create another one with `roost keys create`.")
            }
            let key = try APIKey.make(id: old.id)
            let end = overlap > 0 ? Timestamp(date.addingTimeInterval(overlap)).rawValue : nil
            try database.execute(
                sql: "UPDATE keys SET digest = ?, earlier_digest = ?, earlier_end = ? WHERE id = ?",
                arguments: [Data(key.digest), end == nil ? nil : Data(old.digest), end, old.id])
            try record("keys rotate", old, in: database)
            return (key, try Self.key(old.id, in: database))
        }
    }

    /// Changes the limits of a key.
    ///
    /// - Parameters:
    ///   - name: Its id, or its name if no other key that is not revoked has it.
    ///   - adjust: Makes the change.
    /// - Returns: The changed key.
    /// - Throws: `RoostError` with code `notFound`, `conflict` or `database`.
    package func limit(_ name: String, _ adjust: (inout KeyLimits) -> Void) throws -> StoredKey {
        try change { database in
            let key = try Self.key(name, in: database)
            var limits = key.limits
            adjust(&limits)
            try database.execute(sql: "UPDATE keys SET limits = ? WHERE id = ?", arguments: [limits.json, key.id])
            try record("keys limit", key, in: database)
            return try Self.key(key.id, in: database)
        }
    }

    /// Records when keys were used last.
    ///
    /// - Parameter dates: The dates by id.
    /// - Throws: `RoostError` with code `database`.
    package func noteUse(_ dates: [String: Date]) throws {
        try change { database in
            for (id, date) in dates {
                try database.execute(
                    sql: "UPDATE keys SET last_used_at = max(coalesce(last_used_at, ''), ?) WHERE id = ?",
                    arguments: [Timestamp(date).rawValue, id])
            }
        }
    }
}

extension KeyStore {
    /// Only the command changes keys.
    private func record(_ action: String, _ key: StoredKey, in database: Database) throws {
        let target = "\(key.id) (\(key.name)) of \(key.owner)"
        try AuditEntry(time: Timestamp(now()), actor: "command", action: action, target: target, outcome: "done").insert(into: database)
    }

    private static func keys(in database: Database) throws -> [StoredKey] {
        try Row.fetchAll(database, sql: "SELECT \(StoredKey.columns) FROM keys ORDER BY created_at, id").map { StoredKey($0) }
    }

    private static func key(_ name: String, in database: Database) throws -> StoredKey {
        let all = try keys(in: database)
        if let key = all.first(where: { $0.id == name }) { return key }
        let named = all.filter { $0.name == name && $0.revokedAt == nil }
        guard let key = named.first else {
            throw RoostError(.notFound, "There is no key \(name.quotedForPeople); `roost keys list` shows all.", field: "key")
        }
        guard named.count == 1 else {
            throw RoostError(
                .conflict, "Several keys are called \(name.quotedForPeople); give the id: \(named.map(\.id).joined(separator: ", ")).", field: "key")
        }
        return key
    }

    func change<Value>(_ work: (Database) throws -> Value) throws -> Value { try describing { try queue.write(work) } }

    func reading<Value>(_ work: (Database) throws -> Value) throws -> Value { try describing { try queue.read(work) } }

    private func describing<Value>(_ work: () throws -> Value) throws -> Value {
        do {
            return try work()
        } catch let failure as DatabaseError {
            throw describe(failure)
        } catch {
            throw RoostError.wrapping(error, as: .database, "keys.db could not be used")
        }
    }

    private func describe(_ failure: DatabaseError) -> RoostError {
        switch failure.resultCode {
        case .SQLITE_FULL: RoostError(.insufficientSpace, "The disk that holds keys.db is full; free some space and try again.", cause: failure)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            RoostError(.databaseBusy, "Another program is changing keys.db; try again in a moment.", retryAfter: .seconds(5), cause: failure)
        default: RoostError(.database, "\(path) could not be used: \(failure). Check its permissions and its disk.", cause: failure)
        }
    }
}
