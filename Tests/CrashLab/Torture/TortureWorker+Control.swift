import Foundation
import JobStore
import JobStoreSQLite
import RoostCore

/// What a lane does to its own jobs. It looks at a job first: an operation that would change nothing leaves no event to compare with.
extension TortureWorker {
    mutating func pause() async throws {
        guard let id = try one(where: { !$0.status.isFinished && $0.stage != .paused }) else { return }
        _ = try await store.pauseJob(id: id)
        Announcer.say("paused \(id)")
    }

    mutating func resume() async throws {
        guard let id = try one(where: { $0.stage == .paused }) else { return }
        _ = try await store.resumeJob(id: id)
        Announcer.say("resumed \(id)")
    }

    mutating func cancel() async throws {
        guard let id = try one(where: { !$0.status.isFinished }) else { return }
        Announcer.say("canceling \(id)")
        _ = try await store.cancelJob(id: id)
        Announcer.say("canceled \(id)")
    }

    mutating func retry() async throws {
        guard plant != .selectThenInsert, let id = try one(where: { $0.status == .failed }) else { return }
        _ = try await store.retryJob(id: id)
        Announcer.say("retried \(id)")
    }

    mutating func prioritize() async throws {
        guard let id = own.randomElement(using: &chance) else { return }
        _ = try await store.prioritizeJob(id: id, priority: Int.random(in: -3...3, using: &chance))
    }

    mutating func delete() async throws {
        guard let id = try one(where: \.status.isFinished) else { return }
        Announcer.say("deleting \(id)")
        try await store.deleteJob(id: id)
        Announcer.say("deleted \(id)")
        own.removeAll { $0 == id }
    }

    mutating func prune() async throws {
        Announcer.say("pruning")
        try await store.deleteJobs(butNewest: 3)
        let left = Set(try await store.allJobs().map(\.id))
        own.removeAll { !left.contains($0) }
    }

    /// One of the lane's jobs, at random, that is in a certain state now.
    private mutating func one(where isRight: (Job) -> Bool) throws -> String? {
        for id in own.shuffled(using: &chance).prefix(8) {
            if let job = try store.job(id: id), isRight(job) { return id }
        }
        return nil
    }
}
