import Foundation
import GRDB
import JobStore
import JobStoreSQLite
import RoostCore
import SystemPackage
import TestSupport

/// The real store with what the operations need beside it: the ids and claims it has given out, its clock, and its file, which moves at each crash.
final class StoreUnderModel {
    private let directory: TemporaryDirectory
    private let clock = ManualDate()
    private var file = 0
    private var database: JobDatabase
    private var ids: [String] = []
    private var claims: [JobClaim] = []

    init() throws {
        directory = try TemporaryDirectory()
        database = try TestStore.open(Self.path(0, in: directory), clock)
    }

    private static func path(_ number: Int, in directory: TemporaryDirectory) -> String { directory.path.appending("jobs-\(number).db").string }

    /// Does the operations to an empty store and to an empty model.
    ///
    /// - Returns: The first difference, or `nil` when there is none.
    func firstDifference(_ operations: [ModelOperation], plantedBug: JobStoreModel.PlantedBug? = nil) async throws -> String? {
        try await database.write { try $0.execute(sql: "DELETE FROM jobs") }
        (ids, claims) = ([], [])
        var model = JobStoreModel(time: clock.sinceEpoch, plantedBug: plantedBug)
        for (index, operation) in operations.enumerated() {
            let target = target(of: operation)
            let found = try await outcome(of: operation, on: target.job, target.claim)
            let expected = model.apply(
                operation, jobID: ids.last(where: { operation.isCreate && $0 == found.jobID }) ?? target.job, claim: target.claim)
            if found != expected { return "operation \(index + 1), \(operation): the store says \(found), the model \(expected)" }
        }
        return try await differenceAtEnd(from: model)
    }

    private func differenceAtEnd(from model: JobStoreModel) async throws -> String? {
        let (found, expected) = (try await database.allJobs(), model.listing)
        if found != expected { return "at the end: the store has \(found), the model \(expected)" }
        for entry in model.entries {
            let events = try database.events(of: entry.job.id).map {
                "\($0.kind.rawValue) \($0.status.rawValue) \($0.stage?.rawValue ?? "-") \($0.time)"
            }
            if events != entry.events { return "at the end, job \(entry.job.id): the store tells \(events), the model \(entry.events)" }
        }
        let count = try database.events(limit: .max).count
        let expectedCount = model.entries.reduce(0) { $0 + $1.events.count }
        return count == expectedCount ? nil : "at the end: the store has \(count) events, the model \(expectedCount)"
    }

    private func target(of operation: ModelOperation) -> (job: String, claim: JobClaim?) {
        switch operation {
        case .cancel(let job), .pause(let job), .resume(let job), .retry(let job), .prioritize(let job, _), .delete(let job):
            (ids.isEmpty ? "nobody" : ids[job % ids.count], nil)
        case .progress(let back, _), .finish(let back, _), .tryLater(let back, _):
            ("", claims.isEmpty ? nil : claims[claims.count - 1 - back % claims.count])
        default: ("", nil)
        }
    }

    private func outcome(of operation: ModelOperation, on id: String, _ claim: JobClaim?) async throws -> ModelOutcome {
        do {
            return try await perform(operation, on: id, claim)
        } catch let error as RoostError {
            return .refused(error.code.rawValue)
        }
    }

    private func perform(_ operation: ModelOperation, on id: String, _ claim: JobClaim?) async throws -> ModelOutcome {
        switch operation {
        case .create(let model, let policy, let priority, let delay):
            let job = try await database.createJob(
                ModelOperation.pull(model: model, policy: policy, priority: priority, runAfter: delay.map(timestamp)))
            if !ids.contains(job.id) { ids.append(job.id) }
            return .job(job)
        case .claim(let owner):
            let job = try await database.claimNextJob(owner: ModelOperation.owner(owner))
            if let claim = job?.claim { claims.append(claim) }
            return .job(job)
        case .progress, .finish, .tryLater: return try await work(operation, claim)
        case .cancel: return .job(try await database.cancelJob(id: id))
        case .pause: return .job(try await database.pauseJob(id: id))
        case .resume: return .job(try await database.resumeJob(id: id))
        case .retry: return .job(try await database.retryJob(id: id))
        case .prioritize(_, let priority): return .job(try await database.prioritizeJob(id: id, priority: priority))
        case .delete:
            try await database.deleteJob(id: id)
            return .done
        case .deleteOld(let days): return .count(try await database.deleteOldJobs(days: days))
        case .keepNewest(let count): return .count(try await database.deleteJobs(butNewest: count))
        case .advance(let seconds):
            clock.advance(by: Double(seconds) + 0.001)
            return .done
        case .crash: return .count(try await crash())
        }
    }

    private func work(_ operation: ModelOperation, _ claim: JobClaim?) async throws -> ModelOutcome {
        guard let claim else { return .done }
        let now = timestamp(0)
        switch operation {
        case .progress(_, let bytes):
            let held = try await database.updateJob(claim, isProgress: true) { job in
                job.stage = .downloading
                job.totalBytes = 100
                job.downloadedBytes = Int64(bytes)
                job.progress = Double(bytes) / 100
            }
            return .held(held)
        case .tryLater(_, let seconds):
            let next = timestamp(seconds)
            let held = try await database.updateJob(claim, message: "The Hub does not answer.") { job in
                job.status = .queued
                job.stage = .waitingForNetwork
                job.runAfter = next
                job.retryCount += 1
            }
            return .held(held)
        default:
            let succeeds = operation.succeeds
            let held = try await database.updateJob(claim) { job in
                job.status = succeeds ? .succeeded : .failed
                job.stage = nil
                job.finishedAt = now
                job.error = succeeds ? nil : "It broke."
            }
            return .held(held)
        }
    }

    private func timestamp(_ seconds: Int) -> Timestamp { Timestamp(ManualDate.date(sinceEpoch: clock.sinceEpoch + Int64(seconds) * 1000)) }

    /// What a killed process leaves is the file and its log as they are at this moment; the old object sees none of what follows.
    private func crash() async throws -> Int {
        let (old, new) = (Self.path(file, in: directory), Self.path(file + 1, in: directory))
        file += 1
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: old + suffix) {
            try FileManager.default.copyItem(atPath: old + suffix, toPath: new + suffix)
        }
        database = try TestStore.open(new, clock)
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: old + suffix) {
            try FileManager.default.removeItem(atPath: old + suffix)
        }
        return try await database.requeueOrphans()
    }
}

extension ModelOperation {
    fileprivate var isCreate: Bool { if case .create = self { true } else { false } }
    fileprivate var succeeds: Bool { if case .finish(_, let succeeds) = self { succeeds } else { false } }
}

extension ModelOutcome {
    fileprivate var jobID: String? { if case .job(let job) = self { job?.id } else { nil } }
}
