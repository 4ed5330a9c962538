import Foundation
import GRDB
import RoostCore

/// The tables of keys.db.
enum KeySchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("keys") { try $0.execute(sql: keys) }
        return migrator
    }

    private static let keys = """
        CREATE TABLE keys (
            id TEXT PRIMARY KEY NOT NULL,
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            name TEXT NOT NULL,
            owner TEXT NOT NULL,
            workspace TEXT,
            scopes TEXT NOT NULL,
            models TEXT NOT NULL,
            created_at TEXT NOT NULL,
            expires_at TEXT,
            revoked_at TEXT,
            last_used_at TEXT,
            earlier_digest BLOB,
            earlier_end TEXT
        ) STRICT
        """
}

extension StoredKey {
    static let columns =
        "id, digest, name, owner, workspace, scopes, models, created_at, expires_at, revoked_at, last_used_at, earlier_digest, earlier_end"

    /// Reads a row. What cannot be understood allows nothing: a time counts as past, an unknown scope is left out.
    init(_ row: Row) {
        let list: (String) -> [String] = { (row[$0] as String).split(separator: "\n").map(String.init) }
        let time: (String) -> Date? = { (row[$0] as String?).map { Timestamp(rawValue: $0).date ?? .distantPast } }
        let earlier: Data? = row["earlier_digest"]
        self.init(
            id: row["id"], name: row["name"], owner: row["owner"], workspace: row["workspace"],
            scopes: Set(list("scopes").compactMap(KeyScope.init(rawValue:))), models: list("models"), createdAt: time("created_at") ?? .distantPast,
            expiresAt: time("expires_at"), revokedAt: time("revoked_at"), lastUsedAt: time("last_used_at"), digest: Array(row["digest"] as Data),
            earlier: earlier.map { Earlier(digest: Array($0), end: time("earlier_end") ?? .distantPast) })
    }
}
