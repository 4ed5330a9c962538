import Foundation
import RoostClient
import RoostCore

/// Follows a job until it is finished: a bar on a terminal, a line now and then in a pipe, JSON lines with `--json`.
struct PullWatcher {
    let client: RoostClient
    let jobID: String
    let json: Bool

    /// Follows the job. A server that is gone for a moment (a restart) is waited for: the job survives it.
    ///
    /// - Returns: The finished job.
    /// - Throws: `RoostError` when the server stays away for a minute.
    func watch() async throws -> Job {
        if !json { Terminal.print("Job \(jobID)") }
        let id = jobID
        let interrupt = Interrupt {
            "The pull goes on without this command; end it with `roost jobs cancel \(id)`, follow it with `roost jobs watch \(id)`."
        }
        defer { interrupt.cancel() }
        var reporter = ProgressReporter(interactive: Terminal.isInteractive && !json)
        var lastSeen = ContinuousClock.now
        while true {
            do {
                let view = try await client.job(jobID)
                lastSeen = .now
                if json { try JSONOutput.printLine(view) } else { reporter.show(view) }
                if view.job.status.isFinished {
                    if !json { reporter.end(view.job) }
                    return view.job
                }
            } catch let error as RoostError where error.code == .serverUnreachable {
                guard ContinuousClock.now - lastSeen < .seconds(60) else { throw error }
                if !json { reporter.showWaiting() }
            } catch let error as RoostError where error.code == .rateLimited {
                // Many follow this job; the next look comes later.
                try await Task.sleep(for: error.retryAfter ?? .seconds(1))
            }
            try await Task.sleep(for: json ? .seconds(1) : .milliseconds(Terminal.isInteractive ? 200 : 1000))
        }
    }
}
