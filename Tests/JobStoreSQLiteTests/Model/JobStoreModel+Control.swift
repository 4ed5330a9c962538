import RoostCore

extension JobStoreModel {
    /// What people do to a job.
    mutating func control(_ operation: ModelOperation, _ id: String) -> ModelOutcome {
        guard let index = entries.firstIndex(where: { $0.job.id == id }) else { return .refused("not_found") }
        let job = entries[index].job
        switch (operation, job.status) {
        case (.cancel, .queued), (.cancel, .running):
            if plantedBug == .losesCancellations { return .job(job) }
            return change(index, "canceled") { job, now in
                (job.status, job.stage, job.finishedAt) = (.failed, .canceled, now)
                (job.error, job.runAfter, job.owner) = ("The pull was canceled.", nil, nil)
            }
        case (.pause, .queued), (.pause, .running):
            return change(index, job.stage == .paused ? nil : "paused") { job, _ in
                (job.status, job.stage, job.startedAt, job.owner) = (.queued, .paused, nil, nil)
            }
        case (.resume, .queued):
            return change(index, job.stage == .paused ? "resumed" : job.stage == nil ? nil : "stage") { job, _ in
                (job.stage, job.runAfter) = (nil, nil)
            }
        case (.retry, .failed):
            let isActiveElsewhere = entries.contains {
                [.queued, .running].contains($0.job.status) && $0.job.model == job.model && $0.job.quantize == job.quantize
            }
            if isActiveElsewhere { return .refused("conflict") }
            return change(index, "requeued") { job, _ in
                (job.status, job.stage, job.startedAt, job.finishedAt) = (.queued, nil, nil, nil)
                (job.error, job.retryCount, job.runAfter) = (nil, 0, nil)
            }
        case (.prioritize(_, let priority), .queued), (.prioritize(_, let priority), .running):
            guard (-100...100).contains(priority) else { return .refused("invalid_request") }
            return change(index, priority == job.priority ? nil : "reprioritized") { job, _ in job.priority = priority }
        case (.delete, .succeeded), (.delete, .failed):
            _ = remove { $0.job.id == id }
            return .done
        default: return .refused("conflict")
        }
    }

    mutating func requeueOrphans() -> ModelOutcome {
        let orphans = entries.indices.filter { entries[$0].job.status == .running }
        for orphan in orphans {
            _ = change(orphan, "requeued") { job, _ in (job.status, job.stage, job.startedAt, job.owner) = (.queued, nil, nil, nil) }
        }
        return .count(orphans.count)
    }

    mutating func keepNewest(_ count: Int) -> ModelOutcome {
        let finished = Dictionary(grouping: listing.filter(\.status.isFinished), by: \.model)
        let old = Set(finished.values.flatMap { $0.dropFirst(count).map(\.id) })
        return remove { old.contains($0.job.id) }
    }
}

extension ModelOperation {
    /// What a `create` asks for.
    static func pull(model: Int, policy: Int, priority: Int, runAfter: Timestamp?) -> NewPull {
        var pull = NewPull(model: references[model], quantize: policy == 0 ? .auto : .q4)
        pull.priority = priority
        pull.runAfter = runAfter
        return pull
    }

    private static let references = (0...3).compactMap { try? ModelReference(parsing: "org/name-\($0)") }

    /// The name of a worker.
    static func owner(_ number: Int) -> String { "worker \(number)" }
}
