/// The answer to `POST /jobs/prune`.
public struct JobPruned: Sendable, Codable, Hashable {
    /// The number of deleted jobs, or of jobs that would be deleted.
    public var deleted: Int
    /// Whether they were only counted.
    public var isDryRun: Bool

    private enum CodingKeys: String, CodingKey {
        case deleted
        case isDryRun = "dry_run"
    }
}
