/// The answer to `POST /jobs/prune`.
package struct JobPruned: Sendable, Codable, Hashable {
    /// The number of deleted jobs, or of jobs that would be deleted.
    package var deleted: Int
    /// Whether they were only counted.
    package var isDryRun: Bool

    private enum CodingKeys: String, CodingKey {
        case deleted
        case isDryRun = "dry_run"
    }
}
