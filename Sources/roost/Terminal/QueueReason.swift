import RoostAPI
import RoostClient
import RoostCore

/// The reason why a job that may begin has not begun.
struct QueueReason {
    /// The time between two requests to the server.
    private static let pause: Duration = .seconds(5)

    let client: RoostClient
    private var asked: ContinuousClock.Instant?
    private var reason: String?

    init(client: RoostClient) { self.client = client }

    /// Returns the reason, if the server provides it; `nil` when the job may be about to begin.
    mutating func reason(for job: Job) async -> String? {
        guard job.status == .queued, job.stage == nil, job.runAfter == nil else { return nil }
        if asked.map({ ContinuousClock.now - $0 >= Self.pause }) ?? true {
            // Without an answer the job is watched without the reason.
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
