import Foundation
package import RoostCore

/// The record of the files that pulls of one commit have stored on this machine, each verified: origin, digest, time
/// and program.
///
/// Stored as `models/<org>--<name>/<commit>/receipt.json` in Roost's home, beside the models converted from the
/// commit's files.
package struct ModelReceipt: Sendable, Codable, Hashable {
    /// A verified file.
    package struct File: Sendable, Codable, Hashable {
        /// The path within the repository.
        package var path: String
        /// The size in bytes.
        package var size: Int64
        /// `sha256:…` or `git-sha1:…`.
        package var digest: String

        /// Creates an entry.
        package init(path: String, size: Int64, digest: String) {
            self.path = path
            self.size = size
            self.digest = digest
        }
    }

    /// The version of this format: 1.
    package var formatVersion: Int
    /// The repository on the Hub.
    package var repository: String
    /// The commit of the files.
    package var commit: String
    /// The branch, tag or commit of the latest pull.
    package var revision: String
    /// The licence as the Hub or the model card names it; `nil` when neither names one.
    package var license: String?
    /// The program that wrote this receipt, such as `roost 1.5.0`.
    package var tool: String
    /// The time at which the latest pull began.
    package var startedAt: Timestamp
    /// The time at which the latest pull ended, with all files verified.
    package var pulledAt: Timestamp
    /// The seconds between the two.
    package var durationSeconds: Double
    /// The files, ordered by path.
    package var files: [File]

    /// Creates a receipt of format 1.
    package init(
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

    /// Adds the files of an earlier receipt of the same commit that this one does not list, such as another
    /// quantisation.
    ///
    /// - Parameter earlier: The receipt on the disk.
    /// - Returns: A receipt of all files.
    package func merging(_ earlier: ModelReceipt) -> ModelReceipt {
        var merged = self
        let known = Set(files.map(\.path))
        merged.files = (files + earlier.files.filter { !known.contains($0.path) }).sorted { $0.path < $1.path }
        merged.license = license ?? earlier.license
        return merged
    }
}
