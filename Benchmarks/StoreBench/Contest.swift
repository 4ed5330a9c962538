import Foundation
import JobStore
import JobStoreSQLite
import RoostCore

/// A store that is being measured.
struct Contest: Sendable {
    private static let runningJobs = 100
    private static let queueRefill = 10_000
    private static let orphans = 10_000
    private static let creators = 64

    let store: JobDatabase
    /// The ids of existing rows.
    let ids: [String]
    /// Whether updates are committed as progress (NORMAL).
    let isProgress: Bool
    /// A part of the names of all models that this process pulls.
    private let session = String(UInt64(Date().timeIntervalSince1970 * 1e6), radix: 36)

    init(store: JobDatabase, ids: [String], isProgress: Bool) {
        self.store = store
        self.ids = ids
        self.isProgress = isProgress
    }

    /// Runs an operation repeatedly.
    ///
    /// - Parameters:
    ///   - operation: The operation.
    ///   - count: The number of callers at the same time.
    ///   - time: The time to run; a call that has begun is completed.
    /// - Returns: The result.
    /// - Throws: `RoostError`.
    func run(_ operation: Operation, workers count: Int, for time: Duration) async throws -> BenchResult {
        let claims = [.update, .mixed].contains(operation) ? try await claimSome(Self.runningJobs) : []
        if operation == .claim { try await fillQueue(Self.queueRefill, named: "first") }
        try await warmUp()
        let clock = ContinuousClock()
        let start = clock.now
        let tallies = try await withThrowingTaskGroup(of: Tally.self) { group in
            for index in 0..<count {
                let worker = Worker(contest: self, claims: claims, name: "\(session)-\(index)", seed: index)
                group.addTask { try await call(operation, by: worker, until: start + time) }
            }
            return try await group.reduce(into: [Tally]()) { $0.append($1) }
        }
        let elapsed = clock.now - start - (tallies.map(\.paused).max() ?? .zero)
        return BenchResult(tallies, in: elapsed)
    }

    /// Returns 10,000 running jobs to the queue.
    ///
    /// - Returns: The duration.
    /// - Throws: `RoostError`.
    func recover() async throws -> BenchResult {
        try await store.requeueOrphans()
        _ = try await claimSome(Self.orphans)
        let clock = ContinuousClock()
        let start = clock.now
        let requeued = try await store.requeueOrphans()
        let duration = clock.now - start
        guard requeued == Self.orphans else { throw RoostError(.database, "\(requeued) of \(Self.orphans) running jobs were put back.") }
        return BenchResult(once: duration)
    }

    private func call(_ operation: Operation, by worker: Worker, until deadline: ContinuousClock.Instant) async throws -> Tally {
        let clock = ContinuousClock()
        var (worker, deadline, tally) = (worker, deadline, Tally())
        var queued = Self.queueRefill
        var began = clock.now
        while began < deadline {
            if operation == .claim {
                if queued == 0 {
                    try await fillQueue(Self.queueRefill, named: String(tally.done))
                    queued = Self.queueRefill
                    let pause = clock.now - began
                    tally.paused += pause
                    deadline += pause
                    began += pause
                }
                queued -= 1
            }
            do {
                try await worker.perform(operation)
                tally.done += 1
            } catch let error as RoostError where error.code == .databaseBusy {
                tally.locked += 1
            }
            let now = clock.now
            tally.add(now - began)
            began = now
        }
        return tally
    }

    /// Opens the connections that are opened at first use.
    private func warmUp() async throws {
        for id in ids.prefix(100) { _ = try store.job(id: id) }
        for _ in 0..<10 { _ = try store.page(matching: JobFilter(limit: Worker.listLimit)) }
    }

    /// Adds queued jobs in shared commits.
    private func fillQueue(_ count: Int, named name: String) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<Self.creators {
                var worker = Worker(contest: self, name: "\(session)-queue-\(name)-\(index)", seed: index)
                let share = count / Self.creators + (index < count % Self.creators ? 1 : 0)
                group.addTask { for _ in 0..<share { try await worker.create() } }
            }
            try await group.waitForAll()
        }
    }

    /// Returns running jobs of this process.
    private func claimSome(_ count: Int) async throws -> [JobClaim] {
        try await fillQueue(count, named: "claimed")
        return try await withThrowingTaskGroup(of: JobClaim?.self) { group in
            for _ in 0..<count { group.addTask { try await store.claimNextJob(owner: Worker.owner)?.claim } }
            return try await group.reduce(into: [JobClaim]()) { claims, claim in if let claim { claims.append(claim) } }
        }
    }
}
