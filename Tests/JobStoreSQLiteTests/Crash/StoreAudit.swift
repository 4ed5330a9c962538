import Foundation
import GRDB
import JobStore
import JobStoreSQLite
import Logging
import RoostCore
import TestSupport

/// Opens the store that a crash has left, as the next start of the server does, and looks for what must not be.
struct StoreAudit {
    /// What the audit has to know.
    struct Expectation {
        /// What the dead processes said, in order.
        var said: [Announcement] = []
        /// The number of steps that may have been made without an acknowledgement: one for each task that was running at each crash.
        var unacknowledged = 0
        /// Whether the newest progress may be missing: after power cuts, not after kills.
        var losesProgress = false
        /// The rows that a v1.0 server left in the file, by id: all but the status and what hangs on it must still be so.
        var legacy: [String: String] = [:]
    }

    /// What is wrong, a sentence each; empty when all is well.
    private(set) var violations: [String] = []
    /// How many jobs there were.
    private(set) var jobs = 0

    /// Opens, recovers, checks and closes the store.
    ///
    /// - Parameters:
    ///   - path: The database file.
    ///   - expectation: What was acknowledged.
    init(_ path: String, _ expectation: Expectation) async {
        for line in expectation.said where line.verb == "wrong" {
            violations.append("The process said: wrong \(line.objects.joined(separator: " "))")
        }
        do {
            let store = try JobDatabase(path: path, logger: .silent)
            if let recovery = store.recovery { violations.append("The file had to be repaired: \(recovery).") }
            _ = try await store.requeueOrphans()
            try await check(store, expectation)
            try store.close()
        } catch {
            violations.append("The store cannot be opened and read: \(error)")
        }
        checkBackups(of: path, expectation)
    }

    private mutating func check(_ store: JobDatabase, _ expectation: Expectation) async throws {
        violations += try await Self.brokenStructure(store)
        let rows = Dictionary(uniqueKeysWithValues: try await store.allJobs().map { ($0.id, $0) })
        let events = try store.events(limit: .max)
        jobs = rows.count
        for job in rows.values where job.status == .running { violations.append("Job \(job.id) is running, and no process is.") }
        checkStories(rows, events, expectation)
        checkUniqueness(rows, events)
        for (id, before) in expectation.legacy where rows[id].map(Self.legacyText) != before {
            violations.append("The v1.0 row \(id) was \(before) and is \(rows[id].map(Self.legacyText) ?? "gone").")
        }
    }

    private mutating func checkStories(_ rows: [String: Job], _ events: [JobEvent], _ expectation: Expectation) {
        let eventsByJob = Dictionary(grouping: events, by: \.jobID)
        let saidByJob = Dictionary(grouping: expectation.said.filter { $0.verb != "joined" && !$0.objects.isEmpty }, by: \.jobID)
        let known = expectation.said.filter { ["created", "joined", "claimed"].contains($0.verb) }.map(\.jobID)
        let wasPruned = expectation.said.contains { $0.verb == "pruning" }
        var surplus = 0
        for id in Set(known).union(rows.keys).union(eventsByJob.keys) {
            let story = JobStory(
                id: id, job: rows[id], events: eventsByJob[id] ?? [], said: saidByJob[id] ?? [], wasPruned: wasPruned,
                losesProgress: expectation.losesProgress)
            violations += story.violations
            surplus += story.surplus
        }
        if surplus > expectation.unacknowledged {
            violations.append("\(surplus) steps were never acknowledged; \(expectation.unacknowledged) can have been under way.")
        }
    }

    /// At no time were two identical pulls of ours active. Events are numbered in the order of their commits.
    private mutating func checkUniqueness(_ rows: [String: Job], _ events: [JobEvent]) {
        var active: [String: String] = [:]
        for event in events {
            guard let job = rows[event.jobID], job.maxRetries != nil else { continue }
            let isActive = event.status == .queued || event.status == .running
            if isActive, let other = active[job.model], other != job.id {
                violations.append("\(job.model) was active as \(other) and as \(job.id) at event \(event.id).")
            }
            if isActive { active[job.model] = job.id } else if active[job.model] == job.id { active[job.model] = nil }
        }
    }

    private static func brokenStructure(_ store: JobDatabase) async throws -> [String] {
        try await store.write { database in
            var found = try String.fetchAll(database, sql: "PRAGMA integrity_check").filter { $0 != "ok" }.map { "SQLite says: \($0)" }
            for table in ["job_events", "job_files", "job_webhooks", "job_tags"] {
                let strays = try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table) WHERE job_id NOT IN (SELECT id FROM jobs)") ?? 0
                if strays > 0 { found.append("\(table) has \(strays) rows of jobs that are gone.") }
            }
            let tagged = "SELECT count(*) FROM jobs WHERE tags IS NOT NULL AND (SELECT count(*) FROM job_tags WHERE job_id = id AND tag <> '') <> 2"
            if let lost = try Int.fetchOne(database, sql: tagged), lost > 0 { found.append("The tags of \(lost) jobs are not listed.") }
            return found
        }
    }

    /// What has the name of a backup is one; and one that was acknowledged is there.
    private mutating func checkBackups(of path: String, _ expectation: Expectation) {
        let folder = (path as NSString).deletingLastPathComponent + "/backups"
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".db") }
        for line in expectation.said where line.verb == "backed-up" && !names.contains(line.jobID) {
            violations.append("The backup \(line.jobID) is lost.")
        }
        for name in names {
            do {
                let copy = try DatabaseQueue(path: "\(folder)/\(name)")
                let findings = try copy.read { try String.fetchAll($0, sql: "PRAGMA quick_check") }
                if findings != ["ok"] { violations.append("The backup \(name) is damaged: \(findings.joined(separator: "; "))") }
                try copy.close()
            } catch {
                violations.append("The backup \(name) cannot be read: \(error)")
            }
        }
    }

    /// The documented columns of a row, less those that change when a job is claimed or requeued.
    static func legacyText(_ job: Job) -> String {
        var job = job
        if job.status == .running || job.status == .queued { job.status = .queued }
        job.startedAt = nil
        return [
            job.id, job.model, job.quantize ?? "", "\(job.initialize ?? false)", job.status.rawValue, job.createdAt.rawValue,
            job.finishedAt?.rawValue ?? "",
            job.error ?? "", job.localPath ?? "", "\(job.sizeBytes ?? -1)", "\(job.downloadedBytes ?? -1)", "\(job.totalBytes ?? -1)",
        ].joined(separator: "|")
    }
}
