public import Foundation
import GRDB
import RoostCore

extension JobDatabase {
    /// The calls that are due.
    ///
    /// - Parameter limit: At most so many.
    /// - Returns: The calls, those that have waited longest first.
    /// - Throws: `RoostError` with code `database`.
    public func dueWebhooks(limit: Int) throws -> [JobWebhook] {
        let now = Timestamp(now()).rawValue
        return try read { database in
            try ColumnReader.fetchAll(
                database, sql: "SELECT job_id, url, attempts, next_try FROM job_webhooks WHERE next_try <= ? ORDER BY next_try LIMIT ?",
                arguments: [now, limit]
            ) { row in
                JobWebhook(
                    jobID: row.text(0) ?? "", url: row.text(1) ?? "", attempts: row.count(2), dueAt: row.time(3) ?? Timestamp(rawValue: ""))
            }
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
