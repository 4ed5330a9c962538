/// The answer to `GET /models/{id}`: everything the disk holds of a repository.
public struct ModelDetail: Sendable, Codable, Hashable {
    /// What was asked for.
    public var model: String
    /// What its files take on the disk, each counted once, in bytes.
    public var sizeBytes: Int64
    /// Its folder in the Hub cache.
    public var path: String
    /// The models in it that an engine can load.
    public var models: [ModelView]
    /// Its commits on this machine; those that a branch or tag names come first.
    public var revisions: [Revision]
    /// What unfinished downloads have left.
    public var partials: [PartialDownload]
    /// The models that Roost made of its weights.
    public var conversions: [Conversion]

    /// A model that Roost made.
    public struct Conversion: Sendable, Codable, Hashable {
        /// What it is called: `org/name:RECIPE`.
        public var model: String
        /// The commit that it was made of.
        public var commit: String
        /// Its file, absolute.
        public var path: String
        /// Its size in bytes.
        public var sizeBytes: Int64
        /// Whether the files that it was made of are still here. The model works without them.
        public var hasSources: Bool
        /// How it was made; `nil` when that was not noted.
        public var receipt: ConversionReceipt?

        /// Makes an entry.
        ///
        /// - Parameters:
        ///   - model: What it is called.
        ///   - commit: The commit that it was made of.
        ///   - path: Its file.
        ///   - sizeBytes: Its size.
        ///   - hasSources: Whether the files that it was made of are still here.
        ///   - receipt: How it was made.
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

    /// One commit on this machine.
    public struct Revision: Sendable, Codable, Hashable {
        /// The commit.
        public var commit: String
        /// The branches and tags that mean it, as far as this machine knows.
        public var refs: [String]
        /// The folder that looks like the repository at this commit.
        public var localPath: String
        /// Its files.
        public var files: [File]
        /// What Roost noted when it pulled it; `nil` when another program did.
        public var receipt: ModelReceipt?

        /// Makes an entry.
        ///
        /// - Parameters:
        ///   - commit: The commit.
        ///   - refs: What means it.
        ///   - localPath: Its folder.
        ///   - files: Its files.
        ///   - receipt: What Roost noted.
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

    /// One file of a commit.
    public struct File: Sendable, Codable, Hashable {
        /// Its path in the repository.
        public var path: String
        /// Its size in bytes; `nil` when the content it stands for is missing.
        public var size: Int64?
        /// What it has to hash to: `sha256:…` or `git-sha1:…`; `nil` when nobody noted it.
        public var digest: String?

        /// Makes an entry.
        ///
        /// - Parameters:
        ///   - path: Its path in the repository.
        ///   - size: Its size in bytes.
        ///   - digest: What it has to hash to.
        public init(path: String, size: Int64?, digest: String?) {
            self.path = path
            self.size = size
            self.digest = digest
        }
    }

    /// Makes an answer.
    ///
    /// - Parameters:
    ///   - model: What was asked for.
    ///   - sizeBytes: What its files take on the disk.
    ///   - path: Its folder in the Hub cache.
    ///   - models: What an engine can load.
    ///   - revisions: Its commits.
    ///   - partials: What unfinished downloads have left.
    ///   - conversions: The models that Roost made of its weights.
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
