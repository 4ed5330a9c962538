import Foundation
import JobStore
import RoostAPI
import RoostCore

/// The HTTP call for a job that has ended.
struct WebhookCall: Sendable {
    /// The URL of the receiver.
    let url: String
    /// The JSON body.
    let body: Data
    /// The headers.
    let headers: [(name: String, value: String)]

    /// Creates a call.
    ///
    /// - Parameters:
    ///   - webhook: The webhook that is due.
    ///   - job: The job that has ended.
    ///   - date: The current time.
    ///   - signature: The signature of the call.
    /// - Throws: The errors of the encoder.
    init(_ webhook: JobWebhook, job: Job, date: Date, signature: WebhookSignature) throws {
        let event = Self.event(of: job)
        let attempt = webhook.attempts + 1
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        body = try encoder.encode(Body(event: event, job: JobView(job: job), deliveredAt: Timestamp(date), attempt: attempt))
        url = webhook.url
        let timestamp = String(Int(date.timeIntervalSince1970))
        headers = [
            ("Content-Type", "application/json"),
            ("User-Agent", "roost/\(RoostVersion.current)"),
            ("X-Roost-Event", event),
            ("X-Roost-Delivery", "\(job.id)-\(attempt)"),
            ("X-Roost-Timestamp", timestamp),
            ("X-Roost-Signature", signature.header(for: body, timestamp: timestamp)),
        ]
    }

    /// Returns `succeeded`, `failed` or `canceled`, as in the job's history.
    private static func event(of job: Job) -> String {
        (job.stage == .canceled ? JobEvent.Kind.canceled.rawValue : job.status.rawValue)
    }

    private struct Body: Encodable {
        let event: String
        let job: JobView
        let deliveredAt: Timestamp
        let attempt: Int

        private enum CodingKeys: String, CodingKey {
            case event, job
            case deliveredAt = "delivered_at"
            case attempt
        }
    }
}
