import GRDB
package import RoostCore

/// Who did what, when, to what, and with which outcome. It contains no prompt and no secret.
package struct AuditEntry: Sendable, Hashable, Codable {
    /// The place in the log, from 1; 0 for an entry that is not in it yet.
    package var id: Int64 = 0
    /// When.
    package var time: Timestamp
    /// The id of the key; `local` for a program on a server without keys, `command` for the roost command on the machine,
    /// `server` for the server itself.
    package var actor: String
    /// The owner of the key; `nil` without one.
    package var owner: String?
    /// The address of the client; `nil` for an actor on this machine that has none.
    package var address: String?
    /// What: the route, such as `POST /jobs/{id}/cancel`, or `keys create`.
    package var action: String
    /// To what: the model, the job, the key; `nil` for an action that has one object only.
    package var target: String?
    /// The outcome: a status of HTTP, or `done`.
    package var outcome: String

    /// Creates an entry.
    package init(time: Timestamp, actor: String, owner: String? = nil, address: String? = nil, action: String, target: String?, outcome: String) {
        self.time = time
        self.actor = actor
        self.owner = owner
        self.address = address
        self.action = action
        self.target = target
        self.outcome = outcome
    }
}

extension AuditEntry {
    static let columns = "time, actor, owner, address, action, target, outcome"

    init(_ row: Row) {
        self.init(
            time: Timestamp(rawValue: row["time"]), actor: row["actor"], owner: row["owner"], address: row["address"], action: row["action"],
            target: row["target"], outcome: row["outcome"])
        id = row["id"]
    }

    func insert(into database: Database) throws {
        try database.execute(
            sql: "INSERT INTO audit (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [time.rawValue, actor, owner, address, action, target, outcome])
    }
}

/// Which entries of the audit log are asked for.
package struct AuditFilter: Sendable, Hashable {
    /// Only those of this actor.
    package var actor: String?
    /// Only this action.
    package var action: String?
    /// Only those at this time or later.
    package var since: Timestamp?
    /// Only those before this place, to read on; `nil` for the newest.
    package var before: Int64?
    /// The most entries.
    package var limit = 100

    /// Creates a filter that matches everything.
    package init() {}
}
