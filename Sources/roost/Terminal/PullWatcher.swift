import ArgumentParser
import Foundation
import RoostAPI
import RoostClient
import RoostCore

/// Watches a job until it is finished.
struct PullWatcher {
    /// How the job is shown.
    enum Output {
        /// A bar on a terminal, occasional lines in a pipe.
        case text
        /// A line of JSON at each change.
        case json
        /// Not at all.
        case none
    }

    let client: RoostClient
    let jobID: String
    let output: Output
    /// Writes a line of news.
    var line: @Sendable (String) -> Void = { Terminal.print($0) }

    /// Watches the job and ends the command with its result.
    ///
    /// - Throws: `ExitCode` 1 when the pull failed, 2 when the model was pulled and not loaded; without an output, the
    ///   `RoostError` of the pull; the errors of `watch()`.
    func watchToTheEnd() async throws {
        let job = try await watch()
        guard job.status == .succeeded else {
            if output == .none { throw job.failure }
            throw ExitCode(1)
        }
        if job.error != nil { throw ExitCode(2) }
    }

    /// Watches the job. While the server does not answer (during a restart), it waits, because the job is stored.
    ///
    /// - Returns: The finished job.
    /// - Throws: `RoostError` when the server does not answer for a minute.
    func watch() async throws -> Job {
        if output == .text { line("Job \(jobID)") }
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
        var reporter = ProgressReporter(interactive: Terminal.isInteractive && output == .text, line: line)
        var queue = QueueReason(client: client)
        var lastSeen = ContinuousClock.now
        var printed: JobView?
        while true {
            do {
                let view = try await client.job(jobID)
                lastSeen = .now
                switch output {
                case .text: reporter.show(view, waitingFor: await queue.reason(for: view.job))
                case .json where view != printed: try JSONOutput.printLine(view)
                case .json, .none: break
                }
                printed = view
                if view.job.status.isFinished {
                    if output == .text { reporter.end(view.job, made: try await made(by: view.job)) }
                    return view.job
                }
            } catch let error as RoostError where error.code == .serverUnreachable {
                guard ContinuousClock.now - lastSeen < .seconds(60) else { throw error }
                if output == .text { reporter.showWaiting() }
            } catch let error as RoostError where error.code == .rateLimited {
                // Too many clients request this job; the next request is later.
                try await Task.sleep(for: error.retryAfter ?? .seconds(1))
            }
            await news.wait(atMost: .milliseconds(reporter.interactive ? 200 : 1000))
            try Task.checkCancellation()
        }
    }
}
