/// The answer to `GET /models/{id}`: everything on the disk that belongs to a repository.
package struct ModelDetail: Sendable, Codable, Hashable {
    /// The requested model.
    package var model: String
    /// The disk space of its files in bytes, each file counted once.
    package var sizeBytes: Int64
    /// The repository's folder in the Hub cache.
    package var path: String
    /// The models that an engine can load.
    package var models: [ModelView]
    /// The commits on this machine; those with a branch or tag come first.
    package var revisions: [Revision]
    /// The rests of unfinished downloads.
    package var partials: [PartialDownload]
    /// The models converted from the repository's weights.
    package var conversions: [Conversion]

    /// A converted model.
    package struct Conversion: Sendable, Codable, Hashable {
        /// The model's name: `org/name:RECIPE`.
        package var model: String
        /// The commit of the weights.
        package var commit: String
        /// The absolute path of the model file.
        package var path: String
        /// Its size in bytes.
        package var sizeBytes: Int64
        /// Whether the source files are still on this machine. The model works without them.
        package var hasSources: Bool
        /// The origin of the model; `nil` when there is no record of it.
        package var receipt: ConversionReceipt?

        /// Creates an entry.
        package init(model: String, commit: String, path: String, sizeBytes: Int64, hasSources: Bool, receipt: ConversionReceipt?) {
            self.model = model
            self.commit = commit
            self.path = path
            self.sizeBytes = sizeBytes
            self.hasSources = hasSources
            self.receipt = receipt
        }

        private enum CodingKeys: String, CodingKey {
            case model, commit, path, receipt
            case sizeBytes = "size_bytes"
            case hasSources = "has_sources"
        }
    }

    /// A commit on this machine.
    package struct Revision: Sendable, Codable, Hashable {
        /// The commit hash.
        package var commit: String
        /// The branches and tags that point to the commit, as far as this machine knows.
        package var refs: [String]
        /// The snapshot folder of the commit.
        package var localPath: String
        /// The files of the commit.
        package var files: [File]
        /// Roost's receipt of the pull; `nil` when another program pulled the commit.
        package var receipt: ModelReceipt?

        /// Creates an entry.
        package init(commit: String, refs: [String], localPath: String, files: [File], receipt: ModelReceipt?) {
            self.commit = commit
            self.refs = refs
            self.localPath = localPath
            self.files = files
            self.receipt = receipt
        }

        private enum CodingKeys: String, CodingKey {
            case commit, refs, files, receipt
            case localPath = "local_path"
        }
    }

    /// A file of a commit.
    package struct File: Sendable, Codable, Hashable {
        /// The path within the repository.
        package var path: String
        /// The size in bytes; `nil` when the content that it links to is missing.
        package var size: Int64?
        /// The expected digest: `sha256:…` or `git-sha1:…`; `nil` when there is no record of it.
        package var digest: String?

        /// Creates an entry.
        package init(path: String, size: Int64?, digest: String?) {
            self.path = path
            self.size = size
            self.digest = digest
        }
    }

    /// Creates an answer.
    package init(
        model: String, sizeBytes: Int64, path: String, models: [ModelView], revisions: [Revision], partials: [PartialDownload],
        conversions: [Conversion] = []
    ) {
        self.model = model
        self.sizeBytes = sizeBytes
        self.path = path
        self.models = models
        self.revisions = revisions
        self.partials = partials
        self.conversions = conversions
    }

    private enum CodingKeys: String, CodingKey {
        case model, path, models, revisions, partials, conversions
        case sizeBytes = "size_bytes"
    }
}
