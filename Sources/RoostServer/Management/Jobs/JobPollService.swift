import JobStore
import Logging
import RoostCore
import ServiceLifecycle
import Synchronization

/// Counts the requests of `GET /jobs/{id}` in memory, limits their rate, and writes the counts at intervals in one
/// transaction.
final class JobPollService: Service {
    /// The time between two writes of counts.
    static let interval: Duration = .seconds(5)

    private let meter = Mutex(JobPollMeter())
    private let database: any JobStore
    private let logger: Logger
    private let time: TimeSource

    /// Creates a service. It counts and limits at once, and writes while `run()` runs.
    ///
    /// - Parameters:
    ///   - database: The database for the counts.
    ///   - logger: The logger.
    ///   - time: The time of calls and waits.
    init(
        database: any JobStore, logger: Logger, time: TimeSource = TimeSource()
    ) {
        self.database = database
        self.logger = logger
        self.time = time
    }

    /// Counts a request.
    ///
    /// - Parameters:
    ///   - id: The id of a job that exists.
    ///   - client: Who sends it.
    /// - Throws: `RoostError` with code `rateLimited` when the client requests the job too often.
    func admit(_ id: String, of client: String) throws {
        guard meter.withLock({ $0.admit(id, of: client, at: time.now()) }) else {
            throw RoostError(
                .rateLimited,
                "Job \(id) is requested more than \(Int(JobPollMeter.rate)) times a second; watch it with GET /jobs/\(id)/events, or send fewer requests.",
                retryAfter: .seconds(1))
        }
    }

    /// Writes the counts every five seconds, and once more at the end.
    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while (try? await time.sleep(Self.interval)) != nil { await write() }  // Only cancellation throws.
        }
        await write()
    }

    private func write() async {
        let counts = meter.withLock { $0.takeCounts(at: time.now()) }
        guard !counts.isEmpty else { return }
        do {
            try await database.countAPICalls(counts, lastAt: Timestamp(time.date()))
        } catch {
            logger.warning("the counts of requests for jobs cannot be written; trying again in 5 s", metadata: ["error": "\(error)"])
            meter.withLock { $0.putBack(counts, at: time.now()) }
        }
    }
}
