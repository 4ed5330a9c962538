import Foundation
import JobStore
import RoostCore

/// Deletes finished jobs: those that ended long ago, those of a model that has newer ones, or both.
struct JobPruning {
    /// Jobs that ended more than so many days ago go.
    let days: Int?
    /// All but so many newest jobs of each model go.
    let keep: Int?
    /// Whether only to count.
    let isDryRun: Bool

    /// Checks the fields of a body.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that names the field and what is allowed.
    init(fields: RequestFields) throws {
        days = try fields.optionalInt("days", in: 0...36_500)
        keep = try fields.optionalInt("keep", in: 1...1_000_000)
        isDryRun = try fields.bool("dry_run", default: false)
        guard days != nil || keep != nil else {
            throw RoostError(
                .invalidRequest, "`days` or `keep` is missing: say how old jobs must be to go, or how many of each model stay, or both.",
                field: "days")
        }
    }

    /// Does it.
    ///
    /// - Returns: How many jobs were (or would be) deleted.
    /// - Throws: `RoostError` with code `database`.
    func run(in database: JobDatabase) async throws -> Int {
        if isDryRun, let days, let keep { return try await count(days: days, keep: keep, in: database) }
        // The newest are told apart first, while all of them are there: so exactly the jobs go that either rule names.
        var deleted = 0
        if let keep { deleted += try await database.deleteJobs(butNewest: keep, dryRun: isDryRun) }
        if let days { deleted += try await database.deleteOldJobs(days: days, dryRun: isDryRun) }
        return deleted
    }

    /// How many jobs at least one of the two rules names.
    private func count(days: Int, keep: Int, in database: JobDatabase) async throws -> Int {
        let cutoff = database.now().addingTimeInterval(-86_400 * Double(days))
        var tally = Tally(cutoff: cutoff, keep: keep)
        var filter = JobFilter(limit: 500)
        repeat {
            (tally, filter.cursor) = try await WorkThreads.run { [tally, filter] in
                let page = try database.page(matching: filter)
                return (tally.adding(page.jobs), page.next)
            }
        } while filter.cursor != nil
        return tally.count
    }

    /// Counts the jobs that go, newest first.
    private struct Tally: Sendable {
        let cutoff: Date
        let keep: Int
        var count = 0
        private var places: [String: Int] = [:]

        init(cutoff: Date, keep: Int) {
            self.cutoff = cutoff
            self.keep = keep
        }

        func adding(_ jobs: [Job]) -> Tally {
            var tally = self
            for job in jobs where job.status.isFinished {
                tally.places[job.model, default: 0] += 1
                let isOld = JobPruning.seconds(job.finishedAt ?? job.createdAt).map { $0 < cutoff } ?? false
                if isOld || tally.places[job.model, default: 0] > keep { tally.count += 1 }
            }
            return tally
        }
    }

    /// A time to the second, as SQLite reads it: also without a `Z`, with a space, with any number of decimals.
    private static func seconds(_ time: Timestamp) -> Date? {
        Timestamp(rawValue: time.rawValue.prefix(19).replacing(" ", with: "T") + "Z").date
    }
}

/// The answer to `POST /jobs/prune`.
struct JobPruningResult: Encodable {
    let deleted: Int
    let isDryRun: Bool

    private enum CodingKeys: String, CodingKey {
        case deleted
        case isDryRun = "dry_run"
    }
}
