import Foundation
import JobStore
import Logging
import RoostCore
import ServiceLifecycle
import Synchronization

/// Calls the webhooks of jobs that have ended: at least once, also across restarts, because a webhook stays in jobs.db
/// until the receiver has confirmed it.
final class WebhookService: Service {
    /// The longest time between two checks of the queue, also without a signal.
    private static let longestWait: Duration = .seconds(60)
    /// The pause after an error of jobs.db.
    private static let storePause: Duration = .seconds(5)
    /// The number of consecutive checks of the queue for free receivers, after which other readers of the database have
    /// a turn.
    private static let looks = 8
    private static let pauseBetweenLooks: Duration = .milliseconds(200)

    private let database: any JobStore
    private let policy: WebhookPolicy
    private let signature: WebhookSignature?
    private let backoff: WebhookBackoff
    private let timeLimit: Duration
    private let time: TimeSource
    private let logger: Logger
    private let wake = WakeSignal()
    private let places = Mutex(WebhookPlaces())

    /// Creates a service; its work begins with `run()`.
    ///
    /// - Parameters:
    ///   - database: The database with the webhooks.
    ///   - policy: The policy. It is checked again before each call, since the settings may have changed after the job
    ///     was accepted.
    ///   - secret: The secret that signs the calls; without one nothing is called.
    ///   - backoff: The times of retries.
    ///   - timeLimit: The most time for a call.
    ///   - time: The time of calls and waits.
    ///   - logger: The logger. It never receives the path or query of a URL, which may contain a secret.
    init(
        database: any JobStore, policy: WebhookPolicy, secret: SecretToken?, backoff: WebhookBackoff = WebhookBackoff(),
        timeLimit: Duration = WebhookSender.timeLimit, time: TimeSource = TimeSource(), logger: Logger
    ) {
        self.database = database
        self.policy = policy
        self.signature = secret.map(WebhookSignature.init)
        self.backoff = backoff
        self.timeLimit = timeLimit
        self.time = time
        self.logger = logger
    }

    /// Calls webhooks until the server stops. A running call is then abandoned and repeated after the next start.
    ///
    /// - Throws: An error when the connections cannot be closed.
    func run() async throws {
        let sender = WebhookSender(timeLimit: timeLimit)
        await cancelWhenGracefulShutdown { await self.work(sender) }
        try await sender.shutdown()
    }

    private func work(_ sender: WebhookSender) async {
        let events = database.watchEvents()
        await withDiscardingTaskGroup { group in
            group.addTask { await self.watch(events) }
            var last = ""
            while !Task.isCancelled {
                let pause: Duration
                do {
                    let (calls, hasSeenAll) = try await takeDue(after: &last)
                    for webhook in calls { group.addTask { await self.deliver(webhook, sender) } }
                    pause = hasSeenAll ? try await pauseBeforeNext() : Self.pauseBetweenLooks
                } catch is CancellationError {
                    break
                } catch {
                    logger.error("the webhooks that are due cannot be read; trying again", metadata: ["error": "\(error)"])
                    pause = Self.storePause
                }
                await wake.wait(atMost: pause, time)
            }
            group.cancelAll()
        }
    }

    /// Wakes the service when a job ends. A stream that ended because it was too slow is opened again; the missed jobs
    /// are found in the queue.
    private func watch(_ events: AsyncStream<JobEvent>) async {
        var events = events
        repeat {
            for await event in events where event.status.isFinished { wake.signal() }
            events = database.watchEvents()
            wake.signal()
        } while (try? await time.sleep(.seconds(1))) != nil  // Only cancellation throws.
    }

    /// Returns the calls to begin now, as many as there are free places. Each check begins after the receiver of the
    /// previous one, so that all get their turn.
    ///
    /// - Parameter last: The receiver that was checked last.
    /// - Returns: The calls, and whether no place is free or all receivers have been checked: in both cases the end of
    ///   a call wakes the service.
    /// - Throws: `RoostError` with code `database`; the reserved places are free again.
    private func takeDue(after last: inout String) async throws -> (calls: [JobWebhook], hasSeenAll: Bool) {
        var calls: [JobWebhook] = []
        for _ in 0..<Self.looks {
            let (free, busy) = places.withLock { ($0.free, $0.busy) }
            guard free > 0 else { return (calls, true) }
            let due: DueWebhooks
            do {
                due = try await database.dueWebhooks(limit: free, after: last, excluding: busy)
            } catch {
                for webhook in calls { places.withLock { $0.leave(webhook) } }
                throw error
            }
            calls += due.calls.filter { webhook in places.withLock { $0.take(webhook) } }
            last = due.last
            if due.isComplete { return (calls, true) }
        }
        return (calls, false)
    }

    private func pauseBeforeNext() async throws -> Duration {
        guard let next = try await database.nextWebhook() else { return Self.longestWait }
        let seconds = next.timeIntervalSince(time.date())
        // Webhooks that are already due are being called, or wait for such a call, whose end wakes the service.
        return seconds > 0 ? min(.seconds(seconds), Self.longestWait) : Self.longestWait
    }

    private func deliver(_ webhook: JobWebhook, _ sender: WebhookSender) async {
        defer {
            places.withLock { $0.leave(webhook) }
            wake.signal()
        }
        do {
            let job = try await database.job(id: webhook.jobID)
            let result = try await attempt(webhook, job: job, sender)
            try await record(result, of: webhook)
        } catch {
            // Only cancellation and an unreadable jobs.db lead here: the call stays due. The pause limits the number of
            // retries.
            if !Task.isCancelled { logger.error("a webhook is tried again", metadata: ["job": "\(webhook.jobID)", "error": "\(error)"]) }
            try? await time.sleep(Self.storePause)  // Only cancellation throws here.
        }
    }

    private enum Result {
        case delivered
        case failed(String)
        /// Another program has put the job back into the queue without an entry in its history.
        case notEnded
    }

    private func attempt(_ webhook: JobWebhook, job: Job?, _ sender: WebhookSender) async throws -> Result {
        guard let job, job.status.isFinished else { return .notEnded }
        do {
            try policy.check(webhook.url)
            guard let signature else { return .failed("There is no ROOST_WEBHOOK_SECRET to sign the call with.") }
            try await sender.send(WebhookCall(webhook, job: job, date: time.date(), signature: signature))
            return .delivered
        } catch let error as CancellationError {
            throw error
        } catch {
            // Every error counts as a try: a call that fails without a record would stay due for ever, before all
            // others of its receiver.
            return .failed((error as? RoostError)?.message ?? "The call cannot be made: \(error)")
        }
    }

    /// Writes the result and repeats that until it succeeds: otherwise a receiver would get the same call again and
    /// again.
    private func record(_ result: Result, of webhook: JobWebhook) async throws {
        while true {
            do {
                return try await write(result, of: webhook)
            } catch {
                logger.error("a webhook's result cannot be written; trying again", metadata: ["job": "\(webhook.jobID)", "error": "\(error)"])
                try await time.sleep(Self.storePause)
            }
        }
    }

    private func write(_ result: Result, of webhook: JobWebhook) async throws {
        let metadata: Logger.Metadata = [
            "job": "\(webhook.jobID)", "receiver": "\(Self.receiver(of: webhook))", "attempt": "\(webhook.attempts + 1)",
        ]
        switch result {
        case .delivered:
            try await database.webhookDelivered(webhook)
            logger.info("webhook delivered", metadata: metadata)
        case .failed(let reason):
            let pause = backoff.pause(after: webhook.attempts + 1)
            try await database.webhookFailed(webhook, error: reason, nextTry: pause.map { time.date().addingTimeInterval($0 / .seconds(1)) })
            let next = pause.map { "it is made again in \(Int($0 / .seconds(1))) s" } ?? "it is given up"
            logger.warning("a webhook call failed, \(next): \(reason)", metadata: metadata)
        case .notEnded:
            try await database.webhookFailed(webhook, error: "The job was put back into the queue before the call was made.", nextTry: nil)
        }
    }

    /// Returns the host and port of a receiver, the only parts of its URL that may be logged.
    private static func receiver(of webhook: JobWebhook) -> String {
        guard let url = URL(string: webhook.url), let host = url.host() else { return "?" }
        return url.port.map { "\(host):\($0)" } ?? host
    }
}
