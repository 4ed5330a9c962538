import Foundation

/// What pulls of one commit have put on this machine, each file verified: where it came from, what it hashes to, when, by what.
///
/// Kept as `models/<org>--<name>/<commit>/receipt.json` in Roost's home, beside what is made from the commit's files.
public struct ModelReceipt: Sendable, Codable, Hashable {
    /// A file that was verified.
    public struct File: Sendable, Codable, Hashable {
        /// Its path in the repository.
        public var path: String
        /// Its size in bytes.
        public var size: Int64
        /// `sha256:…` or `git-sha1:…`.
        public var digest: String

        /// Makes an entry.
        ///
        /// - Parameters:
        ///   - path: Its path in the repository.
        ///   - size: Its size in bytes.
        ///   - digest: `sha256:…` or `git-sha1:…`.
        public init(path: String, size: Int64, digest: String) {
            self.path = path
            self.size = size
            self.digest = digest
        }
    }

    /// The format of this file: 1.
    public var formatVersion: Int
    /// The repository on the Hub.
    public var repository: String
    /// The commit that the files are of.
    public var commit: String
    /// The branch, tag or commit that was asked for last.
    public var revision: String
    /// The licence as the Hub or the model card names it; `nil` when neither does.
    public var license: String?
    /// What made this receipt, such as `roost 1.5.0`.
    public var tool: String
    /// When the last pull began.
    public var startedAt: Timestamp
    /// When the last pull ended, with all files verified.
    public var pulledAt: Timestamp
    /// The seconds between the two.
    public var durationSeconds: Double
    /// The files, ordered by path.
    public var files: [File]

    /// Makes a receipt of format 1.
    ///
    /// - Parameters:
    ///   - repository: The repository on the Hub.
    ///   - commit: The commit that the files are of.
    ///   - revision: What was asked for.
    ///   - license: As the Hub or the model card names it.
    ///   - startedAt: When the pull began.
    ///   - pulledAt: When it ended.
    ///   - files: The files, in any order.
    public init(
        repository: RepositoryID, commit: CommitHash, revision: String, license: String?, startedAt: Timestamp, pulledAt: Timestamp, files: [File]
    ) {
        self.formatVersion = 1
        self.repository = repository.description
        self.commit = commit.description
        self.revision = revision
        self.license = license
        self.tool = "roost \(RoostVersion.current)"
        self.startedAt = startedAt
        self.pulledAt = pulledAt
        let seconds = (pulledAt.date ?? .distantPast).timeIntervalSince(startedAt.date ?? .distantPast)
        self.durationSeconds = max(0, seconds)
        self.files = files.sorted { $0.path < $1.path }
    }

    private enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case repository, commit, revision, license, tool
        case startedAt = "started_at"
        case pulledAt = "pulled_at"
        case durationSeconds = "duration_seconds"
        case files
    }

    /// Adds the files of an earlier receipt of the same commit that this one does not name: another quantisation, for example.
    ///
    /// - Parameter earlier: What the disk holds.
    /// - Returns: One receipt of all files.
    public func merging(_ earlier: ModelReceipt) -> ModelReceipt {
        var merged = self
        let known = Set(files.map(\.path))
        merged.files = (files + earlier.files.filter { !known.contains($0.path) }).sorted { $0.path < $1.path }
        merged.license = license ?? earlier.license
        return merged
    }
}
