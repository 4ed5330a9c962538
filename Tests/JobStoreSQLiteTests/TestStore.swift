import Foundation
import GRDB
import JobStore
import JobStoreSQLite
import Logging
import RoostCore
import SystemPackage
import TestSupport
import Testing

/// A store of one test's own, with a clock that moves only when told to.
final class TestStore: Sendable {
    let directory: TemporaryDirectory
    let path: String
    let clock = ManualDate()
    let database: JobDatabase

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.path.appending("jobs.db").string
        database = try Self.open(path, clock)
    }

    static func open(_ path: String, _ clock: ManualDate) throws -> JobDatabase {
        try JobDatabase(path: path, logger: .silent, now: { clock.date })
    }

    /// The time of the clock as the store writes it.
    var now: Timestamp { Timestamp(clock.date) }

    /// Asks for a pull one second after the last one.
    ///
    /// - Parameters:
    ///   - model: What to pull.
    ///   - adjust: What else is asked for.
    /// - Returns: The job.
    /// - Throws: What the store throws, or that the model has no name.
    func create(_ model: String = "org/name", _ adjust: (inout NewPull) -> Void = { _ in }) async throws -> Job {
        clock.advance(by: 1)
        var pull = NewPull(model: try ModelReference(parsing: model))
        adjust(&pull)
        return try await database.createJob(pull)
    }

    /// Claims the next job; there must be one.
    func claim(_ owner: String = "one") async throws -> JobClaim {
        let job = try #require(try await database.claimNextJob(owner: owner))
        return try #require(job.claim)
    }

    /// Creates a job and brings it to a state by the ways that the server itself uses.
    func job(_ state: JobState, model: String = "state/name") async throws -> Job {
        let job = try await create(model) { $0.priority = 100 }
        switch state {
        case .queued: break
        case .paused: _ = try await database.pauseJob(id: job.id)
        case .running: _ = try await claim()
        case .waiting:
            let runAfter = Timestamp(clock.date.addingTimeInterval(60))
            try await database.updateJob(try await claim()) { job in
                job.status = .queued
                job.stage = .waitingForNetwork
                job.runAfter = runAfter
                job.retryCount += 1
            }
        case .succeeded: try await finish(try await claim(), as: .succeeded)
        case .failed: try await finish(try await claim(), as: .failed)
        case .canceled: _ = try await database.cancelJob(id: job.id)
        case .odd: try await database.write { try $0.execute(sql: "UPDATE jobs SET status = 'banana' WHERE id = ?", arguments: [job.id]) }
        }
        return try #require(try database.job(id: job.id))
    }

    /// Ends a job as its worker.
    @discardableResult
    func finish(_ claim: JobClaim, as status: JobStatus = .succeeded) async throws -> Bool {
        let now = now
        return try await database.updateJob(claim) { job in
            job.status = status
            job.stage = nil
            job.finishedAt = now
        }
    }

    /// The kinds of the events of a job, oldest first.
    func kinds(of id: String) throws -> [String] { try database.events(of: id).map(\.kind.rawValue) }

    /// A connection of another program.
    func otherProgram() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        return try DatabaseQueue(path: path, configuration: configuration)
    }
}

/// The states of a job that the queue tells apart.
enum JobState: String, Sendable, CaseIterable {
    case queued, paused, waiting, running, succeeded, failed, canceled
    /// A word of another program in the status column.
    case odd
}
