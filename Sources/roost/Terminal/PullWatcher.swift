import ArgumentParser
import Foundation
import RoostAPI
import RoostClient
import RoostCore

/// Watches a job until it is finished: a bar on a terminal, occasional lines in a pipe, JSON lines with `--json`.
struct PullWatcher {
    let client: RoostClient
    let jobID: String
    let json: Bool
    /// Writes a line of news.
    var line: @Sendable (String) -> Void = { Terminal.print($0) }

    /// Watches the job and ends the command with its result.
    ///
    /// - Throws: `ExitCode` 1 when the pull failed, 2 when the model was pulled and not loaded; the errors of
    ///   `watch()`.
    func watchToTheEnd() async throws {
        let job = try await watch()
        guard job.status == .succeeded else { throw ExitCode(1) }
        if job.error != nil { throw ExitCode(2) }
    }

    /// Watches the job. While the server does not answer (during a restart), it waits, because the job is stored.
    ///
    /// - Returns: The finished job.
    /// - Throws: `RoostError` when the server does not answer for a minute.
    func watch() async throws -> Job {
        if !json { line("Job \(jobID)") }
        let id = jobID
        let interrupt = Interrupt {
            "The pull continues without this command; cancel it with `roost jobs cancel \(id)`, follow it with `roost jobs watch \(id)`."
        }
        defer { interrupt.cancel() }
        let news = WakeSignal()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await hearNews(news) }
            defer { group.cancelAll() }
            return try await look(at: news)
        }
    }

    /// Signals every event of the job, and the end of the stream, so that requests for the job can be rare.
    private func hearNews(_ news: WakeSignal) async {
        while !Task.isCancelled {
            do {
                for try await case .event in client.events(of: jobID) { news.signal() }
            } catch {
                // The next request for the job reports the error.
            }
            news.signal()
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Returns the converted model of a pull: its name differs from the requested one, and its size from that of the
    /// download.
    private func made(by job: Job) async throws -> ModelView? {
        guard job.status == .succeeded, let path = job.localPath else { return nil }
        return try await client.models().first { $0.localPath == path && $0.origin == .converted }
    }

    private func look(at news: WakeSignal) async throws -> Job {
        var reporter = ProgressReporter(interactive: Terminal.isInteractive && !json, line: line)
        var queue = QueueReason(client: client)
        var lastSeen = ContinuousClock.now
        while true {
            do {
                let view = try await client.job(jobID)
                lastSeen = .now
                if json { try JSONOutput.printLine(view) } else { reporter.show(view, waitingFor: await queue.reason(for: view.job)) }
                if view.job.status.isFinished {
                    if !json { reporter.end(view.job, made: try await made(by: view.job)) }
                    return view.job
                }
            } catch let error as RoostError where error.code == .serverUnreachable {
                guard ContinuousClock.now - lastSeen < .seconds(60) else { throw error }
                if !json { reporter.showWaiting() }
            } catch let error as RoostError where error.code == .rateLimited {
                // Too many clients request this job; the next request is later.
                try await Task.sleep(for: error.retryAfter ?? .seconds(1))
            }
            await news.wait(atMost: json ? .seconds(1) : .milliseconds(Terminal.isInteractive ? 200 : 1000))
            try Task.checkCancellation()
        }
    }
}
