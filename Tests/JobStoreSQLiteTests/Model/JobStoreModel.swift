import Foundation
import JobStore
import RoostCore

/// The job store as its documentation has it: a list in memory, written to be obvious and not to be fast.
struct JobStoreModel {
    /// Mistakes that can be planted, to see that the comparison finds them.
    enum PlantedBug: String, Sendable, CaseIterable {
        case ignoresPriorities, ignoresPauses, ignoresRunAfter, ignoresTheAttempt, joinsFailedJobs, losesCancellations
    }

    /// A job with its history.
    struct Entry {
        var job: Job
        /// When it was created, in milliseconds since 1970.
        let created: Int64
        var events: [String] = []
    }

    /// In the order of creation.
    private(set) var entries: [Entry] = []
    /// Milliseconds since 1970.
    var time: Int64
    var plantedBug: PlantedBug?

    private var now: Timestamp { timestamp(0) }
    private func timestamp(_ seconds: Int) -> Timestamp { Timestamp(ManualDate.date(sinceEpoch: time + Int64(seconds) * 1000)) }

    /// All jobs as a listing shows them.
    var listing: [Job] {
        entries.enumerated().sorted { ($1.element.created, $1.offset) < ($0.element.created, $0.offset) }.map(\.element.job)
    }

    /// Applies an operation.
    ///
    /// - Parameters:
    ///   - operation: What to do.
    ///   - jobID: The job it is about; for `create` the id that a new job gets.
    ///   - claim: The claim it is made with.
    /// - Returns: What must come of it.
    mutating func apply(_ operation: ModelOperation, jobID: String, claim: JobClaim?) -> ModelOutcome {
        switch operation {
        case .create(let model, let policy, let priority, let delay):
            return .job(create(ModelOperation.pull(model: model, policy: policy, priority: priority, runAfter: delay.map(timestamp)), id: jobID))
        case .claim(let owner): return .job(claimNext(ModelOperation.owner(owner)))
        case .progress(_, let bytes):
            return update(claim) { job, _ in
                job.stage = .downloading
                (job.totalBytes, job.downloadedBytes, job.progress) = (100, Int64(bytes), Double(bytes) / 100)
            }
        case .finish(_, let succeeds):
            return update(claim) { job, now in
                (job.status, job.stage, job.finishedAt) = (succeeds ? .succeeded : .failed, nil, now)
                job.error = succeeds ? nil : "It broke."
            }
        case .tryLater(_, let seconds):
            let next = timestamp(seconds)
            return update(claim) { job, _ in
                (job.status, job.stage, job.runAfter) = (.queued, .waitingForNetwork, next)
                job.retryCount += 1
            }
        case .cancel, .pause, .resume, .retry, .prioritize, .delete: return control(operation, jobID)
        case .deleteOld(let days):
            let limit = timestamp(-86_400 * days).rawValue
            return remove { ($0.job.finishedAt ?? $0.job.createdAt).rawValue < limit && $0.job.createdAt.rawValue < limit }
        case .keepNewest(let count): return keepNewest(count)
        case .advance(let seconds):
            time += Int64(seconds) * 1000 + 1
            return .done
        case .crash: return requeueOrphans()
        }
    }

    private mutating func create(_ pull: NewPull, id: String) -> Job {
        let joinable: [JobStatus] = plantedBug == .joinsFailedJobs ? [.queued, .running, .failed] : [.queued, .running]
        let identical = entries.first {
            joinable.contains($0.job.status) && $0.job.model == pull.model.description && $0.job.quantize == pull.quantize.rawValue
                && $0.job.initialize == pull.initialize && $0.job.revision == pull.revision
        }
        if let identical { return identical.job }
        var job = Job(id: id, model: pull.model.description, quantize: pull.quantize.rawValue, initialize: pull.initialize, createdAt: now)
        (job.priority, job.maxRetries, job.runAfter) = (pull.priority, pull.maxRetries, pull.runAfter)
        entries.append(Entry(job: job, created: time))
        record("created", entries.count - 1)
        return job
    }

    private mutating func claimNext(_ owner: String) -> Job? {
        let now = now.rawValue
        let waiting = entries.indices.filter { index in
            let job = entries[index].job
            return job.status == .queued && (job.stage != .paused || plantedBug == .ignoresPauses)
                && (job.runAfter.map { $0.rawValue <= now } ?? true || plantedBug == .ignoresRunAfter)
        }
        guard let next = waiting.min(by: { (rank($0), $0) < (rank($1), $1) }) else { return nil }
        // Whose time has come waits for it no longer, also those that are not the first.
        for index in waiting where entries[index].job.stage != .paused { entries[index].job.runAfter = nil }
        entries[next].job.status = .running
        entries[next].job.stage = nil
        entries[next].job.startedAt = self.now
        entries[next].job.runAfter = nil
        entries[next].job.owner = owner
        entries[next].job.attempt += 1
        record("started", next)
        return entries[next].job
    }

    /// A point of priority is worth ten minutes of waiting.
    private func rank(_ index: Int) -> Int64 {
        entries[index].created - (plantedBug == .ignoresPriorities ? 0 : Int64(entries[index].job.priority) * 600_000)
    }

    private mutating func update(_ claim: JobClaim?, _ change: (inout Job, Timestamp) -> Void) -> ModelOutcome {
        guard let claim else { return .done }
        let held = entries.firstIndex {
            $0.job.id == claim.jobID && $0.job.status == .running && $0.job.owner == claim.owner
                && ($0.job.attempt == claim.attempt || plantedBug == .ignoresTheAttempt)
        }
        guard let held else { return .held(false) }
        let stage = entries[held].job.stage
        change(&entries[held].job, now)
        switch entries[held].job.status {
        case .running: if entries[held].job.stage != stage { record("stage", held) }
        case .queued: release(held, "retry_scheduled")
        default: release(held, entries[held].job.status.rawValue)
        }
        return .held(true)
    }

    private mutating func release(_ index: Int, _ event: String) {
        entries[index].job.owner = nil
        record(event, index)
    }

    mutating func record(_ kind: String, _ index: Int) {
        let job = entries[index].job
        entries[index].events.append("\(kind) \(job.status.rawValue) \(job.stage?.rawValue ?? "-") \(now)")
    }

    mutating func change(_ index: Int, _ event: String?, _ change: (inout Job, Timestamp) -> Void) -> ModelOutcome {
        change(&entries[index].job, now)
        if let event { record(event, index) }
        return .job(entries[index].job)
    }

    mutating func remove(_ condition: (Entry) -> Bool) -> ModelOutcome {
        let count = entries.count
        entries.removeAll { $0.job.status.isFinished && condition($0) }
        return .count(count - entries.count)
    }
}
