import ArgumentParser
import Foundation
import GRDB
import JobStore
import JobStoreSQLite
import RoostCore

/// A bug that the tests must see.
enum Plant: String, ExpressibleByArgument, CaseIterable {
    /// Commits are not forced to the disk.
    case normal
    /// Jobs are finished by their id alone, also by a worker that lost its claim.
    case unfenced
    /// Whether an identical pull is active is looked up first, and no index has the last word.
    case selectThenInsert = "select-then-insert"

    func prepare(_ store: JobDatabase) async throws {
        if self == .selectThenInsert { try await store.write { try $0.execute(sql: "DROP INDEX IF EXISTS jobs_active") } }
    }

    /// `createJob` as it should not be.
    static func createJobByLooking(_ pull: NewPull, in store: JobDatabase) async throws -> Job {
        let model = pull.model.description
        let active = try await store.write { database in
            try String.fetchOne(database, sql: "SELECT id FROM jobs WHERE model = ? AND status IN ('queued', 'running')", arguments: [model])
        }
        if let active, let job = try store.job(id: active) { return job }
        // The gap in which another caller looks, too: wide enough that a few tasks fall into it on any machine.
        try await Task.sleep(for: .milliseconds(5))
        var job = Job(id: UUID().uuidString.lowercased(), model: model, quantize: "auto", initialize: false, createdAt: Timestamp(Date()))
        job.userID = pull.userID
        job.maxRetries = pull.maxRetries
        return try await store.write { [job] database in
            try database.execute(
                sql: "INSERT INTO jobs (id, model, quantize, init, created_at, user_id, max_retries) VALUES (?, ?, ?, ?, ?, ?, ?)",
                arguments: [job.id, job.model, job.quantize, job.initialize, job.createdAt.rawValue, job.userID, job.maxRetries])
            try database.execute(
                sql: "INSERT INTO job_events (job_id, time, kind, status) VALUES (?, ?, 'created', 'queued')",
                arguments: [job.id, job.createdAt.rawValue])
            return job
        }
    }

    /// `updateJob(claim)` as it should not be.
    static func finishWithoutFence(_ claim: JobClaim, as status: JobStatus, in store: JobDatabase) async throws -> Bool {
        let now = Timestamp(Date()).rawValue
        return try await store.write { database in
            try database.execute(
                sql: "UPDATE jobs SET status = ?, stage = NULL, finished_at = ?, owner = NULL WHERE id = ?",
                arguments: [status.rawValue, now, claim.jobID])
            guard database.changesCount == 1 else { return false }
            try database.execute(
                sql: "INSERT INTO job_events (job_id, time, kind, status) VALUES (?, ?, ?, ?)",
                arguments: [claim.jobID, now, status.rawValue, status.rawValue])
            return true
        }
    }
}
