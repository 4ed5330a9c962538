import Foundation
import JobStore
import Logging
import RoostCore
import ServiceLifecycle
import Synchronization

/// Calls those who asked to be told when a job ends: at least once, also across restarts, because what is due stands in jobs.db until the receiver
/// has said that it has it.
final class WebhookService: Service {
    /// The queue is looked at this often even when nobody says that there is something.
    private static let longestWait: Duration = .seconds(60)
    /// The pause after jobs.db could not be read or written.
    private static let storePause: Duration = .seconds(5)
    /// How often in a row the queue is looked at for receivers that are free; then the server's other readers have a turn.
    private static let looks = 8
    private static let pauseBetweenLooks: Duration = .milliseconds(200)

    private let database: JobDatabase
    private let policy: WebhookPolicy
    private let signature: WebhookSignature?
    private let backoff: WebhookBackoff
    private let timeLimit: Duration
    private let sleep: @Sendable (Duration) async throws -> Void
    private let logger: Logger
    private let wake = WakeSignal()
    private let places = Mutex(WebhookPlaces())

    /// Makes a service; nothing happens before `run()`.
    ///
    /// - Parameters:
    ///   - database: What is due, and the clock.
    ///   - policy: Asked again before each call, since settings may have changed after the job was accepted.
    ///   - secret: Signs the calls; without one nothing is called.
    ///   - backoff: When a failed call is made again.
    ///   - timeLimit: How long a call may take.
    ///   - sleep: Waits.
    ///   - logger: Hears about every call's end, and never a URL's path or query, which may hold a secret.
    init(
        database: JobDatabase, policy: WebhookPolicy, secret: SecretToken?, backoff: WebhookBackoff = WebhookBackoff(),
        timeLimit: Duration = WebhookSender.timeLimit, sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        logger: Logger
    ) {
        self.database = database
        self.policy = policy
        self.signature = secret.map(WebhookSignature.init)
        self.backoff = backoff
        self.timeLimit = timeLimit
        self.sleep = sleep
        self.logger = logger
    }

    /// Calls until the server stops. A call that is under way then is given up, and made again after the next start.
    ///
    /// - Throws: When the connections cannot be closed.
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
                    pause = hasSeenAll ? try pauseBeforeNext() : Self.pauseBetweenLooks
                } catch {
                    logger.error("the webhooks that are due cannot be read; trying again", metadata: ["error": "\(error)"])
                    pause = Self.storePause
                }
                await wake.wait(atMost: pause, sleep: sleep)
            }
            group.cancelAll()
        }
    }

    /// A watcher that was let go because it was too slow begins anew; what it missed is found in the queue.
    private func watch(_ events: AsyncStream<JobEvent>) async {
        for await event in events where event.status.isFinished { wake.signal() }
    }

    /// The calls to begin now, as many as there is room for. Each look begins behind the receiver where the last one ended, so that all get their turn.
    ///
    /// - Parameter last: The receiver that was looked at last.
    /// - Returns: The calls, and whether there is no room left or no receiver that was not looked at: in both cases the end of a call wakes.
    /// - Throws: `RoostError` with code `database`; the places that were taken are free again.
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

    private func pauseBeforeNext() throws -> Duration {
        guard let next = try database.nextWebhook() else { return Self.longestWait }
        let seconds = next.timeIntervalSince(database.now())
        // What is due already is being called, or waits for one that is; each call's end wakes.
        return seconds > 0 ? min(.seconds(seconds), Self.longestWait) : Self.longestWait
    }

    private func deliver(_ webhook: JobWebhook, _ sender: WebhookSender) async {
        defer {
            places.withLock { $0.leave(webhook) }
            wake.signal()
        }
        do {
            let job = try database.job(id: webhook.jobID)
            let result = try await attempt(webhook, job: job, sender)
            try await record(result, of: webhook)
        } catch {
            // Only cancellation and a jobs.db that cannot be read get here: the call stays due. The pause keeps it from being made in a rush.
            if !Task.isCancelled { logger.error("a webhook is tried again", metadata: ["job": "\(webhook.jobID)", "error": "\(error)"]) }
            try? await sleep(Self.storePause)  // Only cancellation throws here.
        }
    }

    private enum Result {
        case delivered
        case failed(String)
        /// Another program put the job back into the queue, past the history.
        case notEnded
    }

    private func attempt(_ webhook: JobWebhook, job: Job?, _ sender: WebhookSender) async throws -> Result {
        guard let job, job.status.isFinished else { return .notEnded }
        do {
            try policy.check(webhook.url)
            guard let signature else { return .failed("There is no ROOST_WEBHOOK_SECRET to sign the call with.") }
            try await sender.send(WebhookCall(webhook, job: job, date: database.now(), signature: signature))
            return .delivered
        } catch let error as CancellationError {
            throw error
        } catch {
            // Whatever it is, it counts: a call that fails without a record would be due for ever, before all others of its receiver.
            return .failed((error as? RoostError)?.message ?? "The call cannot be made: \(error)")
        }
    }

    /// Writes the result down, again and again until it is written: otherwise a receiver would get the same call without end.
    private func record(_ result: Result, of webhook: JobWebhook) async throws {
        while true {
            do {
                return try await write(result, of: webhook)
            } catch {
                logger.error("a webhook's result cannot be written; trying again", metadata: ["job": "\(webhook.jobID)", "error": "\(error)"])
                try await sleep(Self.storePause)
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
            try await database.webhookFailed(webhook, error: reason, nextTry: pause.map { database.now().addingTimeInterval($0) })
            let next = pause.map { "it is made again in \(Int($0)) s" } ?? "it is given up"
            logger.warning("a webhook call failed, \(next): \(reason)", metadata: metadata)
        case .notEnded:
            try await database.webhookFailed(webhook, error: "The job was put back into the queue before the call was made.", nextTry: nil)
        }
    }

    /// The host and port of a receiver: what may be logged of its URL.
    private static func receiver(of webhook: JobWebhook) -> String {
        guard let url = URL(string: webhook.url), let host = url.host() else { return "?" }
        return url.port.map { "\(host):\($0)" } ?? host
    }
}
