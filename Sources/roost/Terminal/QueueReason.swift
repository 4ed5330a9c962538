import RoostClient
import RoostCore

/// Why a job that may begin has not begun.
struct QueueReason {
    /// How often the server is asked.
    private static let pause: Duration = .seconds(5)

    let client: RoostClient
    private var asked: ContinuousClock.Instant?
    private var reason: String?

    init(client: RoostClient) { self.client = client }

    /// The reason, as far as the server tells it; `nil` while the job may be about to begin.
    mutating func reason(for job: Job) async -> String? {
        guard job.status == .queued, job.stage == nil, job.runAfter == nil else { return nil }
        if asked.map({ ContinuousClock.now - $0 >= Self.pause }) ?? true {
            // A server that does not tell is followed without the reason.
            reason = (try? await look()).flatMap(\.self)
            asked = .now
        }
        return reason
    }

    private func look() async throws -> String? {
        guard try await !client.bandwidth().isClosed else { return "downloads are off, as `roost bandwidth` says" }
        let status = try await client.status()
        let running = status.jobs[JobStatus.running.rawValue] ?? 0
        return running >= status.maxConcurrentPulls ? "\(running) of \(status.maxConcurrentPulls) pulls at a time are running" : nil
    }
}
