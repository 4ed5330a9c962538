import Foundation
import GRDB
import RoostCore

/// The tables of keys.db.
enum KeySchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("keys") { try $0.execute(sql: keys) }
        migrator.registerMigration("usage") { try $0.execute(sql: usage) }
        migrator.registerMigration("audit") { try $0.execute(sql: audit) }
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

    /// Entries cannot be changed. One can be deleted only after an entry says so.
    private static let audit = """
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            time TEXT NOT NULL,
            actor TEXT NOT NULL,
            owner TEXT,
            address TEXT,
            action TEXT NOT NULL,
            target TEXT,
            outcome TEXT NOT NULL
        ) STRICT;
        CREATE INDEX audit_time ON audit (time);
        CREATE INDEX audit_actor ON audit (actor, id);
        CREATE INDEX audit_action ON audit (action, id);
        CREATE TRIGGER audit_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
        CREATE TRIGGER audit_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
        CREATE TRIGGER audit_delete BEFORE DELETE ON audit
            WHEN NOT EXISTS (SELECT 1 FROM audit WHERE action = '\(KeyStore.pruning)' AND CAST(target AS INTEGER) >= OLD.id)
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only; entries are deleted after an entry says so'); END
        """

    /// Limits as a JSON object of whole numbers. What cannot be read as one counts as limits of zero.
    private static let usage = """
        ALTER TABLE keys ADD COLUMN limits TEXT NOT NULL DEFAULT '{}';
        CREATE TABLE usage (
            day TEXT NOT NULL,
            key TEXT NOT NULL,
            model TEXT NOT NULL,
            requests INTEGER NOT NULL DEFAULT 0,
            errors INTEGER NOT NULL DEFAULT 0,
            prompt_tokens INTEGER NOT NULL DEFAULT 0,
            cached_tokens INTEGER NOT NULL DEFAULT 0,
            generated_tokens INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (day, key, model)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX usage_key ON usage (key, day);
        CREATE INDEX usage_model ON usage (model, day)
        """
}

extension StoredKey {
    static let columns =
        "id, digest, name, owner, workspace, scopes, models, created_at, expires_at, revoked_at, last_used_at, earlier_digest, earlier_end, limits"

    /// Reads a row. What cannot be understood allows nothing: a time counts as past, an unknown scope is left out.
    init(_ row: Row) {
        let list: (String) -> [String] = { (row[$0] as String).split(separator: "\n").map(String.init) }
        let time: (String) -> Date? = { (row[$0] as String?).map { Timestamp(rawValue: $0).date ?? .distantPast } }
        let earlier: Data? = row["earlier_digest"]
        self.init(
            id: row["id"], name: row["name"], owner: row["owner"], workspace: row["workspace"],
            scopes: Set(list("scopes").compactMap(KeyScope.init(rawValue:))), models: list("models"),
            limits: KeyLimits(json: row["limits"]), createdAt: time("created_at") ?? .distantPast,
            expiresAt: time("expires_at"), revokedAt: time("revoked_at"), lastUsedAt: time("last_used_at"), digest: Array(row["digest"] as Data),
            earlier: earlier.map { Earlier(digest: Array($0), end: time("earlier_end") ?? .distantPast) })
    }
}
