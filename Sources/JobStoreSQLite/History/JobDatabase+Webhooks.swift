public import Foundation
import GRDB
public import JobStore
import RoostCore

extension JobDatabase {
    /// The maximum number of webhook addresses of a job.
    static let mostWebhooks = 32
    /// The maximum number of receivers examined in one query.
    static let receiversOfLook = 1000

    /// Returns the webhook calls that are due, taking turns between receivers: see `JobStore.dueWebhooks`. Many calls to
    /// one receiver do not delay the others.
    public func dueWebhooks(limit: Int, after receiver: String, excluding busy: Set<String>) async throws -> DueWebhooks {
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

    /// The time when the next call is due, read on the caller's thread: see `JobStore.nextWebhook`.
    public func nextWebhook() throws -> Date? {
        try read { try String.fetchOne($0, sql: "SELECT CAST(min(next_try) AS TEXT) FROM job_webhooks WHERE next_try IS NOT NULL") }
            .flatMap { Timestamp(rawValue: $0).date }
    }

    /// Records that a call was delivered: see `JobStore.webhookDelivered`.
    public func webhookDelivered(_ webhook: JobWebhook) async throws {
        try await record(webhook, nextTry: nil, delivered: true, error: nil)
    }

    /// Records that a call failed: see `JobStore.webhookFailed`.
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
    /// Adds an address to call when the job ends.
    func addWebhook(_ url: String, to jobID: String) throws {
        let count =
            try Int.fetchOne(
                database, sql: "SELECT count(*) FROM job_webhooks WHERE job_id = ? AND url <> ?", arguments: [jobID, url]) ?? 0
        guard count < JobDatabase.mostWebhooks else {
            throw RoostError(
                .conflict,
                "The pull runs already as job \(jobID), which has the maximum of \(count) callback addresses; follow it with GET /jobs/\(jobID)/events, or send the request again without `callback_url`.",
                field: "callback_url")
        }
        try database.execute(sql: "INSERT OR IGNORE INTO job_webhooks (job_id, url) VALUES (?, ?)", arguments: [jobID, url])
    }
}

extension JobWebhook {
    /// The next receiver with a waiting call, whether due or not.
    fileprivate static func receiver(after place: String, in database: Database) throws -> String? {
        try ColumnReader.fetchAll(
            database,
            sql: """
                SELECT \(JobSchema.receiver) FROM job_webhooks WHERE next_try IS NOT NULL AND \(JobSchema.receiver) > ?
                ORDER BY \(JobSchema.receiver) LIMIT 1
                """, arguments: [place]
        ) { $0.text(0) ?? "" }.first
    }

    /// The receiver's call that has been due for the longest time.
    fileprivate static func first(of receiver: String, at now: String, in database: Database) throws -> JobWebhook? {
        var call = try ColumnReader.fetchAll(database, sql: selectFirst, arguments: [receiver, now], JobWebhook.init).first
        call?.receiver = receiver
        return call
    }

    private static let selectFirst = """
        SELECT \(columnList) FROM job_webhooks
        WHERE next_try IS NOT NULL AND \(JobSchema.receiver) = ? AND next_try <= ? ORDER BY next_try LIMIT 1
        """
}

extension JobWebhook: StoredRow {
    static var blank: JobWebhook { JobWebhook(jobID: "", url: "", receiver: "", attempts: 0, dueAt: Timestamp(rawValue: "")) }

    /// The receiver is a part of the URL, not a column.
    mutating func columns(_ visitor: inout some ColumnVisitor) {
        visitor.column("job_id", &jobID)
        visitor.column("url", &url)
        visitor.count("attempts", &attempts)
        visitor.column("next_try", &dueAt)
    }
}
