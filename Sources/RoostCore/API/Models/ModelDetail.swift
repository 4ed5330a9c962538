/// The answer to `GET /models/{id}`: everything on the disk that belongs to a repository.
public struct ModelDetail: Sendable, Codable, Hashable {
    /// The requested model.
    public var model: String
    /// The disk space of its files in bytes, each file counted once.
    public var sizeBytes: Int64
    /// The repository's folder in the Hub cache.
    public var path: String
    /// The models that an engine can load.
    public var models: [ModelView]
    /// The commits on this machine; those with a branch or tag come first.
    public var revisions: [Revision]
    /// The rests of unfinished downloads.
    public var partials: [PartialDownload]
    /// The models converted from the repository's weights.
    public var conversions: [Conversion]

    /// A converted model.
    public struct Conversion: Sendable, Codable, Hashable {
        /// The model's name: `org/name:RECIPE`.
        public var model: String
        /// The commit of the weights.
        public var commit: String
        /// The absolute path of the model file.
        public var path: String
        /// Its size in bytes.
        public var sizeBytes: Int64
        /// Whether the source files are still on this machine. The model works without them.
        public var hasSources: Bool
        /// The origin of the model; `nil` when there is no record of it.
        public var receipt: ConversionReceipt?

        /// Creates an entry.
        public init(model: String, commit: String, path: String, sizeBytes: Int64, hasSources: Bool, receipt: ConversionReceipt?) {
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
    public struct Revision: Sendable, Codable, Hashable {
        /// The commit hash.
        public var commit: String
        /// The branches and tags that point to the commit, as far as this machine knows.
        public var refs: [String]
        /// The snapshot folder of the commit.
        public var localPath: String
        /// The files of the commit.
        public var files: [File]
        /// Roost's receipt of the pull; `nil` when another program pulled the commit.
        public var receipt: ModelReceipt?

        /// Creates an entry.
        public init(commit: String, refs: [String], localPath: String, files: [File], receipt: ModelReceipt?) {
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
    public struct File: Sendable, Codable, Hashable {
        /// The path within the repository.
        public var path: String
        /// The size in bytes; `nil` when the content that it links to is missing.
        public var size: Int64?
        /// The expected digest: `sha256:…` or `git-sha1:…`; `nil` when there is no record of it.
        public var digest: String?

        /// Creates an entry.
        public init(path: String, size: Int64?, digest: String?) {
            self.path = path
            self.size = size
            self.digest = digest
        }
    }

    /// Creates an answer.
    public init(
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
