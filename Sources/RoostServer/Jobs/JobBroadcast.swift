import JobStore
import Logging
import RoostCore

/// Tells everybody who watches jobs what happens to them. Each thing is read and written as JSON once, however many watch, and nothing is written to
/// jobs.db. While nobody watches, nothing runs.
actor JobBroadcast {
    private let database: JobDatabase
    private let view: @Sendable (Job) -> JobView
    private let logger: Logger
    private let tick: Duration
    private let heartbeat: Duration

    private var watchers: [ObjectIdentifier: JobWatcher] = [:]
    private var watchersByJob: [String?: Set<ObjectIdentifier>] = [:]
    /// The running jobs that somebody watches, as last read, and what was last told of each.
    private var running: [String: (row: Job, told: JobView?)] = [:]
    private var sinceHeartbeat: Duration = .zero
    private var pump: Task<Void, Never>?

    /// Makes a broadcast.
    ///
    /// - Parameters:
    ///   - database: Where events come from.
    ///   - view: Adds to a row what only memory knows.
    ///   - logger: Hears about what cannot be read.
    ///   - tick: The time between two looks at progress.
    ///   - heartbeat: The time between two signs of life.
    init(
        database: JobDatabase, view: @escaping @Sendable (Job) -> JobView, logger: Logger, tick: Duration = .milliseconds(500),
        heartbeat: Duration = .seconds(15)
    ) {
        self.database = database
        self.view = view
        self.logger = logger
        self.tick = tick
        self.heartbeat = heartbeat
    }

    /// Begins to watch. Every event that is committed after this returns reaches the watcher; it first gets the progress of what is running.
    ///
    /// - Parameter jobID: The job; `nil` for all jobs.
    /// - Returns: The watcher; `leave` must follow.
    func watch(_ jobID: String?) -> JobWatcher {
        let watcher = JobWatcher(jobID: jobID)
        let name = ObjectIdentifier(watcher)
        watchers[name] = watcher
        watchersByJob[jobID, default: []].insert(name)
        start()
        for row in runningRows(of: jobID) {
            running[row.id] = (row, running[row.id]?.told)
            watcher.send(JobFrame(progress: view(row)))
        }
        return watcher
    }

    /// Ends a watcher.
    ///
    /// - Parameter watcher: From `watch`.
    func leave(_ watcher: JobWatcher) {
        watcher.end()
        let name = ObjectIdentifier(watcher)
        guard watchers.removeValue(forKey: name) != nil else { return }
        watchersByJob[watcher.jobID]?.remove(name)
        if watchersByJob[watcher.jobID]?.isEmpty == true { watchersByJob[watcher.jobID] = nil }
        if let jobID = watcher.jobID, audience(of: jobID).isEmpty { running[jobID] = nil }
        if watchers.isEmpty { stop() }
    }

    private func start() {
        guard pump == nil else { return }
        sinceHeartbeat = .zero
        let events = database.watchEvents()
        // Lives from the first watcher to the last; no structured scope does.
        pump = Task {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    for await event in events { await self.tell(event) }
                    // Cancelled, or the database is closed, or this was too slow: then all come back with the number of the last event they have.
                    if !Task.isCancelled { await self.endAll() }
                }
                group.addTask {
                    while (try? await Task.sleep(for: self.tick)) != nil { await self.tellProgress() }  // Only cancellation throws.
                }
            }
        }
    }

    private func stop() {
        pump?.cancel()
        pump = nil
        running = [:]
    }

    private func endAll() {
        for watcher in watchers.values { watcher.end() }
        watchers = [:]
        watchersByJob = [:]
        stop()
    }

    private func tell(_ event: JobEvent) {
        let audience = audience(of: event.jobID)
        guard !audience.isEmpty else { return }
        if event.status == .running, let row = runningRows(of: event.jobID).first {
            running[row.id] = (row, running[row.id]?.told)
        } else {
            running[event.jobID] = nil
        }
        let frame = JobFrame(event)
        for watcher in audience { watcher.send(frame) }
    }

    private func tellProgress() {
        for (id, known) in running {
            let view = view(known.row)
            guard view != known.told else { continue }
            running[id]?.told = view
            let frame = JobFrame(progress: view)
            for watcher in audience(of: id) { watcher.send(frame) }
        }
        sinceHeartbeat += tick
        guard sinceHeartbeat >= heartbeat else { return }
        sinceHeartbeat = .zero
        for watcher in watchers.values { watcher.send(.heartbeat) }
    }

    private func audience(of jobID: String) -> [JobWatcher] {
        let names = (watchersByJob[jobID] ?? []).union(watchersByJob[String?.none] ?? [])
        return names.compactMap { watchers[$0] }
    }

    /// The running jobs among those that are watched. Without them the history goes on; only progress is missing.
    private func runningRows(of jobID: String?) -> [Job] {
        do {
            if let jobID { return try database.job(id: jobID).map { $0.status == .running ? [$0] : [] } ?? [] }
            return try database.page(matching: JobFilter(status: .running)).jobs
        } catch {
            logger.warning("the progress of a job cannot be told", metadata: ["error": "\(error)"])
            return []
        }
    }
}
