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
    func run(in database: JobDatabase) async throws -> Int { try await database.pruneJobs(days: days, keep: keep, dryRun: isDryRun) }
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
