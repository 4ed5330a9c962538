import Foundation
import RoostCore

/// Jobs as a table: complete in a pipe, shortened for a terminal.
struct JobTable: CustomStringConvertible {
    /// Roost's own ids begin with the time: this many characters are a minute, and a user rarely starts two pulls in
    /// one.
    private static let shortestID = 8

    private let jobs: [Job]
    private let isShort: Bool

    init(_ jobs: [Job], isShort: Bool) {
        self.jobs = jobs
        self.isShort = isShort
    }

    var description: String {
        let length = isShort ? idLength : nil
        let now = Date()
        var table = TextTable(columns: ["ID", "STATUS", "PROGRESS", "SIZE", isShort ? "AGE" : "CREATED", .name("MODEL"), .prose("WHY")])
        for job in jobs {
            table.add([
                length.map { String(job.id.prefix($0)) } ?? job.id, job.stage?.rawValue ?? job.status.rawValue,
                job.progress.map { "\(Int($0 * 100)) %" } ?? "-", job.totalBytes.map { ByteCount($0).description } ?? "-",
                isShort ? age(of: job, at: now) : job.createdAt.rawValue, job.model, why(job, at: now),
            ])
        }
        return table.description
    }

    /// The number of characters that distinguish the ids of the listed jobs.
    private var idLength: Int {
        let longest = jobs.map(\.id.count).max() ?? 0
        return (Self.shortestID..<max(Self.shortestID + 1, longest)).first { length in Set(jobs.map { $0.id.prefix(length) }).count == jobs.count }
            ?? longest
    }

    private func age(of job: Job, at now: Date) -> String {
        guard let seconds = job.createdAt.date.map({ max(0, now.timeIntervalSince($0)) }) else { return "-" }
        switch seconds {
        case ..<60: return "\(Int(seconds)) s"
        case ..<3600: return "\(Int(seconds / 60)) min"
        case ..<86_400: return "\(Int(seconds / 3600)) h"
        default: return "\(Int(min(seconds / 86_400, 1e6))) d"
        }
    }

    /// Returns why a job waits or failed, or why its model is not loaded; in a pipe with absolute times.
    private func why(_ job: Job, at now: Date) -> String {
        guard job.status == .queued, job.stage == .waitingForNetwork || job.runAfter != nil else { return job.error ?? "-" }
        let state = JobState(job)
        return isShort ? state.text(at: now) : state.topic
    }
}
