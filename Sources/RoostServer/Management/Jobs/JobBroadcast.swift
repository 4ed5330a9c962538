import JobStore
import Logging
import RoostAPI
import RoostCore

/// Sends events and progress of jobs to all watchers. Each event is read and encoded once for all of them, and nothing
/// is written to jobs.db. Without watchers no work is done.
actor JobBroadcast {
    private let database: any JobStore
    private let view: @Sendable (Job) -> JobView
    private let logger: Logger
    private let tick: Duration
    private let heartbeat: Duration

    private var watchers: [ObjectIdentifier: JobWatcher] = [:]
    private var watchersByScope: [JobScope: Set<ObjectIdentifier>] = [:]
    /// The number of watchers of a user's jobs, for which each event's job has to be read: only that tells whose it is.
    private var userWatchers = 0
    /// The running jobs that are watched: the row as last read, and the view as last sent.
    private var running: [String: (row: Job, told: JobView?)] = [:]
    /// The number of new watchers whose running jobs are being read.
    private var readers = 0
    /// The jobs that stopped during that time. The rows of these jobs may be out of date.
    private var stopped: Set<String> = []
    private var sinceHeartbeat: Duration = .zero
    private var pump: Task<Void, Never>?

    /// Creates a broadcast.
    ///
    /// - Parameters:
    ///   - database: The database with the events.
    ///   - view: Adds the live values to a row.
    ///   - logger: The logger.
    ///   - tick: The time between two checks of the progress.
    ///   - heartbeat: The time between two heartbeats.
    init(
        database: any JobStore, view: @escaping @Sendable (Job) -> JobView, logger: Logger, tick: Duration = .milliseconds(500),
        heartbeat: Duration = .seconds(15)
    ) {
        self.database = database
        self.view = view
        self.logger = logger
        self.tick = tick
        self.heartbeat = heartbeat
    }

    /// Adds a watcher. Every event that is committed after this returns reaches it; it first gets the progress of the
    /// running jobs.
    ///
    /// - Parameters:
    ///   - scope: The jobs that it watches.
    ///   - isAllowed: Whether the client may still see them; when not, its stream ends.
    /// - Returns: The watcher; the caller has to call `leave` later.
    func watch(_ scope: JobScope, isAllowed: @escaping @Sendable () -> Bool = { true }) async -> JobWatcher {
        let watcher = JobWatcher(scope: scope, isAllowed: isAllowed)
        let name = ObjectIdentifier(watcher)
        watchers[name] = watcher
        watchersByScope[scope, default: []].insert(name)
        if case .user = scope { userWatchers += 1 }
        start()
        readers += 1
        let rows = await runningRows(of: scope)
        readers -= 1
        defer { if readers == 0 { stopped = [] } }
        guard watchers[name] != nil else { return watcher }
        for row in rows where !stopped.contains(row.id) {
            running[row.id] = (row, running[row.id]?.told)
            watcher.send(JobFrame(progress: view(row)))
        }
        return watcher
    }

    /// Notes a change of a job that is no event, so that its progress tells it too.
    func refresh(_ job: Job) {
        guard let known = running[job.id], job.status == .running else { return }
        running[job.id] = (job, known.told)
    }

    /// Tells those who watch lists of jobs that a job was deleted.
    func deleted(_ job: Job) { tellLists(JobFrame(deleted: job.id), of: [.all] + (job.userID.map { [JobScope.user($0)] } ?? [])) }

    /// Tells those who watch lists of jobs that finished jobs were deleted.
    func pruned() {
        tellLists(
            .pruned,
            of: watchersByScope.keys.filter {
                if case .job = $0 { false } else { true }
            })
    }

    private func tellLists(_ frame: JobFrame, of scopes: [JobScope]) {
        for name in scopes.flatMap({ watchersByScope[$0] ?? [] }) { watchers[name]?.send(frame) }
    }

    /// Removes a watcher.
    ///
    /// - Parameter watcher: A watcher from `watch`.
    func leave(_ watcher: JobWatcher) {
        watcher.end()
        let name = ObjectIdentifier(watcher)
        guard watchers.removeValue(forKey: name) != nil else { return }
        watchersByScope[watcher.scope]?.remove(name)
        if watchersByScope[watcher.scope]?.isEmpty == true { watchersByScope[watcher.scope] = nil }
        if case .user = watcher.scope { userWatchers -= 1 }
        running = running.filter { !audience(of: $0.value.row).isEmpty }
        if watchers.isEmpty { stop() }
    }

    private func start() {
        guard pump == nil else { return }
        sinceHeartbeat = .zero
        let events = database.watchEvents()
        // The task lives from the first watcher to the last, which no structured scope covers.
        pump = Task {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    for await event in events { await self.send(event) }
                    // Cancelled, or the database is closed, or this reader was too slow: then all clients reconnect
                    // with the number of their last event.
                    if !Task.isCancelled { await self.endAll() }
                }
                group.addTask {
                    while (try? await Task.sleep(for: self.tick)) != nil {  // Only cancellation throws.
                        await self.endForbidden()
                        await self.tellProgress()
                    }
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
        (watchersByScope, userWatchers) = ([:], 0)
        stop()
    }

    private func send(_ event: JobEvent) async {
        guard userWatchers > 0 || !audience(of: event.jobID, user: nil).isEmpty else { return }
        let row = await row(for: event)
        let audience = audience(of: event.jobID, user: row?.userID)
        guard !audience.isEmpty, !Task.isCancelled else { return }
        let isRunning = event.status == .running && row?.status == .running
        running[event.jobID] = isRunning ? row.map { ($0, running[event.jobID]?.told) } : nil
        if !isRunning, readers > 0 { stopped.insert(event.jobID) }
        let frame = JobFrame(event)
        for watcher in audience { watcher.send(frame) }
    }

    /// Returns the job of an event, if it is needed: its progress is told while it runs, and its user may have watchers. When it cannot be
    /// read, those are disconnected, and come back with the number of their last event; the others only miss the progress.
    private func row(for event: JobEvent) async -> Job? {
        guard userWatchers > 0 || event.status == .running else { return nil }
        do {
            return try await database.job(id: event.jobID)
        } catch {
            logger.warning("the job of an event cannot be read", metadata: ["error": "\(error)"])
            for watcher in watchers.values { if case .user = watcher.scope { watcher.end() } }
            return nil
        }
    }

    private func endForbidden() {
        for watcher in watchers.values where !watcher.isAllowed() { watcher.end() }
    }

    private func tellProgress() {
        for (id, known) in running {
            let view = view(known.row)
            guard view != known.told else { continue }
            running[id]?.told = view
            let frame = JobFrame(progress: view)
            for watcher in audience(of: known.row) { watcher.send(frame) }
        }
        sinceHeartbeat += tick
        guard sinceHeartbeat >= heartbeat else { return }
        sinceHeartbeat = .zero
        for watcher in watchers.values { watcher.send(.heartbeat) }
    }

    private func audience(of job: Job) -> [JobWatcher] { audience(of: job.id, user: job.userID) }

    private func audience(of jobID: String, user: String?) -> [JobWatcher] {
        let scopes = [.all, .job(jobID)] + (user.map { [JobScope.user($0)] } ?? [])
        return scopes.flatMap { watchersByScope[$0] ?? [] }.compactMap { watchers[$0] }
    }

    /// Returns the running jobs among the watched ones. If they cannot be read, only the progress is missing; events
    /// are still sent.
    private func runningRows(of scope: JobScope) async -> [Job] {
        do {
            switch scope {
            case .all: return try await database.jobs(matching: JobFilter(status: .running))
            case .job(let id): return try await database.job(id: id).map { $0.status == .running ? [$0] : [] } ?? []
            case .user(let user):
                var filter = JobFilter(status: .running)
                filter.userID = user
                return try await database.jobs(matching: filter)
            }
        } catch {
            logger.warning("the progress of a job cannot be told", metadata: ["error": "\(error)"])
            return []
        }
    }
}
