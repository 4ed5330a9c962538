/// The answer to `POST /jobs/prune`.
public struct JobPruned: Sendable, Codable, Hashable {
    /// How many jobs were (or would be) deleted.
    public var deleted: Int
    /// Whether they were only counted.
    public var isDryRun: Bool

    private enum CodingKeys: String, CodingKey {
        case deleted
        case isDryRun = "dry_run"
    }
}
