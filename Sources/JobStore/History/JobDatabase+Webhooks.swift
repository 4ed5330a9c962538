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
            let rows = try Row.fetchAll(
                database, sql: "SELECT job_id, url, attempts FROM job_webhooks WHERE next_try <= ? ORDER BY next_try LIMIT ?",
                arguments: [now, limit])
            return rows.map { JobWebhook(jobID: $0[0], url: $0[1], attempts: $0[2]) }
        }
    }

    /// When the next call is due.
    ///
    /// - Returns: The time, also one that has passed; `nil` when none waits.
    /// - Throws: `RoostError` with code `database`.
    public func nextWebhook() throws -> Date? {
        try read { try String.fetchOne($0, sql: "SELECT min(next_try) FROM job_webhooks WHERE next_try IS NOT NULL") }
            .flatMap { Timestamp(rawValue: $0).date }
    }

    /// Records that a call was answered.
    ///
    /// - Parameter webhook: The call.
    /// - Throws: `RoostError` with code `database`.
    public func webhookDelivered(_ webhook: JobWebhook) async throws {
        try await record(webhook, nextTry: nil, delivered: true, error: nil)
    }

    /// Records that a call failed.
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
                sql: "UPDATE job_webhooks SET attempts = ?, next_try = ?, delivered_at = ?, error = ? WHERE job_id = ? AND url = ?",
                arguments: [
                    webhook.attempts + 1, nextTry.map { Timestamp($0).rawValue }, delivered ? transaction.now.rawValue : nil, error, webhook.jobID,
                    webhook.url,
                ])
        }
    }
}
