public import Foundation
import GRDB
import RoostCore

extension JobDatabase {
    /// How many addresses one job may call.
    static let mostWebhooks = 32
    /// How many receivers one look passes.
    static let receiversOfLook = 1000

    /// The calls that are due, in turns: however many wait for one receiver, the others get theirs.
    ///
    /// - Parameters:
    ///   - limit: At most so many.
    ///   - receiver: The receiver to begin behind; after the last the first comes again.
    ///   - busy: Receivers that are passed over.
    /// - Returns: One call of each receiver at the most, in the order of receivers.
    /// - Throws: `RoostError` with code `database`.
    public func dueWebhooks(limit: Int, after receiver: String = "", excluding busy: Set<String> = []) async throws -> DueWebhooks {
        let now = Timestamp(now()).rawValue
        return try await readAside { database in
            var calls: [JobWebhook] = []
            var (place, hasTurned) = (receiver, false)
            for _ in 0..<Self.receiversOfLook where calls.count < limit {
                guard let next = try JobWebhook.receiver(after: place, in: database) else {
                    if hasTurned || receiver.isEmpty { return DueWebhooks(calls: calls, last: place, isComplete: true) }
                    (place, hasTurned) = ("", true)
                    continue
                }
                if hasTurned, receiver.utf8.lexicographicallyPrecedes(next.utf8) {
                    return DueWebhooks(calls: calls, last: place, isComplete: true)
                }
                place = next
                if !busy.contains(next), let call = try JobWebhook.first(of: next, at: now, in: database) { calls.append(call) }
            }
            return DueWebhooks(calls: calls, last: place, isComplete: false)
        }
    }

    /// When the next call is due.
    ///
    /// - Returns: The time, also one that has passed; `nil` when none waits.
    /// - Throws: `RoostError` with code `database`.
    public func nextWebhook() throws -> Date? {
        try read { try String.fetchOne($0, sql: "SELECT CAST(min(next_try) AS TEXT) FROM job_webhooks WHERE next_try IS NOT NULL") }
            .flatMap { Timestamp(rawValue: $0).date }
    }

    /// Records that a call was answered. If the job was taken up again meanwhile, nothing is recorded: its next end has a call of its own.
    ///
    /// - Parameter webhook: The call.
    /// - Throws: `RoostError` with code `database`.
    public func webhookDelivered(_ webhook: JobWebhook) async throws {
        try await record(webhook, nextTry: nil, delivered: true, error: nil)
    }

    /// Records that a call failed, unless the job was taken up again meanwhile.
    ///
    /// - Parameters:
    ///   - webhook: The call.
    ///   - error: Why.
    ///   - nextTry: When to call again; `nil` to give up.
    /// - Throws: `RoostError` with code `database`.
    public func webhookFailed(_ webhook: JobWebhook, error: String, nextTry: Date?) async throws {
        try await record(webhook, nextTry: nextTry, delivered: false, error: error)
    }

    private func record(_ webhook: JobWebhook, nextTry: Date?, delivered: Bool, error: String?) async throws {
        try await change { transaction in
            try transaction.database.execute(
                sql: "UPDATE job_webhooks SET attempts = ?, next_try = ?, delivered_at = ?, error = ? WHERE job_id = ? AND url = ? AND next_try = ?",
                arguments: [
                    webhook.attempts + 1, nextTry.map { Timestamp($0).rawValue }, delivered ? transaction.now.rawValue : nil, error, webhook.jobID,
                    webhook.url, webhook.dueAt.rawValue,
                ])
        }
    }
}

extension JobTransaction {
    /// Has an address called when the job ends.
    func addWebhook(_ url: String, to jobID: String) throws {
        let count =
            try Int.fetchOne(
                database, sql: "SELECT count(*) FROM job_webhooks WHERE job_id = ? AND url <> ?", arguments: [jobID, url]) ?? 0
        guard count < JobDatabase.mostWebhooks else {
            throw RoostError(
                .conflict,
                "The pull is under way as job \(jobID), which calls \(count) addresses already, as many as a job may; follow it with GET /jobs/\(jobID)/events, or ask again without `callback_url`.",
                field: "callback_url")
        }
        try database.execute(sql: "INSERT OR IGNORE INTO job_webhooks (job_id, url) VALUES (?, ?)", arguments: [jobID, url])
    }
}

extension JobWebhook {
    /// The next receiver that somebody waits to be called at, now or later.
    fileprivate static func receiver(after place: String, in database: Database) throws -> String? {
        try ColumnReader.fetchAll(
            database,
            sql: """
                SELECT \(JobSchema.receiver) FROM job_webhooks WHERE next_try IS NOT NULL AND \(JobSchema.receiver) > ?
                ORDER BY \(JobSchema.receiver) LIMIT 1
                """, arguments: [place]
        ) { $0.text(0) ?? "" }.first
    }

    /// The receiver's call that has been due longest.
    fileprivate static func first(of receiver: String, at now: String, in database: Database) throws -> JobWebhook? {
        try ColumnReader.fetchAll(
            database,
            sql: """
                SELECT job_id, url, attempts, next_try FROM job_webhooks
                WHERE next_try IS NOT NULL AND \(JobSchema.receiver) = ? AND next_try <= ? ORDER BY next_try LIMIT 1
                """, arguments: [receiver, now]
        ) { row in
            JobWebhook(
                jobID: row.text(0) ?? "", url: row.text(1) ?? "", receiver: receiver, attempts: row.count(2),
                dueAt: row.time(3) ?? Timestamp(rawValue: ""))
        }.first
    }
}
