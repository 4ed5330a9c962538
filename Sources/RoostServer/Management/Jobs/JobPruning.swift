import JobStore
import RoostCore

/// Deletes finished jobs by age, by number per model, or both.
struct JobPruning {
    /// Deletes jobs that ended more than this number of days ago.
    let days: Int?
    /// Deletes all but this number of newest jobs of each model.
    let keep: Int?
    /// Whether to count the jobs only.
    let isDryRun: Bool

    /// Parses the fields of a body.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(fields: RequestFields) throws {
        days = try fields.optionalInt("days", in: 0...36_500)
        keep = try fields.optionalInt("keep", in: 1...1_000_000)
        isDryRun = try fields.bool("dry_run", default: false)
        guard days != nil || keep != nil else {
            throw RoostError(
                .invalidRequest, "`days` or `keep` is missing: set the age of the jobs to delete, the number of jobs to keep of each model, or both.",
                field: "days")
        }
    }

    /// Deletes the jobs.
    ///
    /// - Returns: The number of jobs that were deleted, or would be.
    /// - Throws: `RoostError` with code `database`.
    func run(in database: any JobStore) async throws -> Int { try await database.pruneJobs(days: days, keep: keep, dryRun: isDryRun) }
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
