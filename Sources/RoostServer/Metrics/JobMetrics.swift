import CoreMetrics
import JobStore
import PrometheusMetrics
import RoostCore
import ServiceLifecycle

/// Counts the jobs that end, by the committed events of jobs.db.
struct JobMetrics: Service {
    private static let ends: [JobEvent.Kind] = [.succeeded, .failed, .canceled]
    /// The pause before the events are watched again after the store has disconnected this watcher.
    private static let pause: Duration = .seconds(1)

    private let database: any JobStore
    private let events: AsyncStream<JobEvent>
    private let registry: PrometheusRegistry

    /// Creates a counter. Events from now on are counted.
    ///
    /// - Parameters:
    ///   - database: The database with the events.
    ///   - registry: The metrics of the server.
    init(database: any JobStore, registry: PrometheusRegistry) {
        self.database = database
        self.registry = registry
        events = database.watchEvents()
        for end in Self.ends { count(end, by: 0) }
    }

    /// Counts until the server stops.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            await watch(events)
            // A watcher that was too slow for a burst of events has lost the rest of it.
            while (try? await Task.sleep(for: Self.pause)) != nil { await watch(database.watchEvents()) }
        }
    }

    private func watch(_ events: AsyncStream<JobEvent>) async {
        for await event in events where Self.ends.contains(event.kind) { count(event.kind, by: 1) }
    }

    private func count(_ end: JobEvent.Kind, by amount: Int) {
        Counter(label: "roost_jobs_finished_total", dimensions: [("status", end.rawValue)], factory: registry).increment(by: amount)
    }
}
