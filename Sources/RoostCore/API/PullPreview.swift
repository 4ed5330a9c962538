/// What a pull would do: the answer to `POST /pull` with `"dry_run": true`. Nothing has been recorded and no byte of the model fetched.
public struct PullPreview: Sendable, Codable, Hashable {
    /// The model's name with the quantisation that would be chosen.
    public var model: String
    /// The branch, tag or commit that was asked for.
    public var revision: String
    /// The commit that it means now.
    public var commit: String
    /// Who may read the repository.
    public var access: Access
    /// The licence, where the Hub tells it.
    public var license: String?
    /// The chosen quantisation; `nil` when the file's name tells none.
    public var quantization: String?
    /// Why this one: a sentence for a person.
    public var reason: String
    /// The quantisations that the repository offers.
    public var offered: [String]
    /// What a person may want to know before, such as files that cannot be stored here; `nil` from a server that does not tell.
    public var notes: [String]?
    /// The files in the Hub's order.
    public var files: [File]
    /// The size of the model files in bytes.
    public var sizeBytes: Int64
    /// The size of all files in bytes.
    public var totalBytes: Int64
    /// How many bytes are not here yet.
    public var missingBytes: Int64
    /// Whether there is room on the disk, beside what pulls under way will still take and what stays free.
    public var disk: Room
    /// Bytes of the disk that stay free for everybody else; `nil` from a server that does not tell.
    public var diskReserveBytes: Int64?
    /// Whether the model would run in this machine's memory: its weights and a tenth more; the context comes on top of that. Nothing is needed where
    /// there is no model among the files.
    public var memory: Room
    /// The rate of the last pull in bytes a second; `nil` when there was none.
    public var bytesPerSecond: Double?
    /// How many seconds the missing bytes take at that rate.
    public var etaSeconds: Double?

    /// Makes a preview.
    ///
    /// - Parameters:
    ///   - model: The model's name with the quantisation that would be chosen.
    ///   - revision: The branch, tag or commit that was asked for.
    ///   - commit: The commit that it means now.
    ///   - access: Who may read the repository.
    ///   - license: The licence, where the Hub tells it.
    ///   - choice: The chosen quantisation, why it, and what else there is.
    ///   - files: The files.
    ///   - sizeBytes: The size of the model files.
    ///   - disk: Whether there is room on the disk.
    ///   - diskReserveBytes: Bytes of it that stay free.
    ///   - memory: Whether the model would run in this machine's memory.
    ///   - bytesPerSecond: The rate of the last pull.
    public init(
        model: String, revision: String, commit: String, access: Access, license: String?,
        choice: (quantization: String?, reason: String, offered: [String]), files: [File], sizeBytes: Int64, disk: Room,
        diskReserveBytes: Int64, memory: Room,
        bytesPerSecond: Double?
    ) {
        self.model = model
        self.revision = revision
        self.commit = commit
        self.access = access
        self.license = license
        (quantization, reason, offered) = choice
        self.files = files
        self.sizeBytes = sizeBytes
        totalBytes = files.reduce(0) { $0 + $1.size }
        let missing = files.reduce(0) { $0 + $1.size - $1.presentBytes }
        missingBytes = missing
        self.disk = disk
        self.diskReserveBytes = diskReserveBytes
        self.memory = memory
        self.bytesPerSecond = bytesPerSecond
        etaSeconds = bytesPerSecond.map { Double(missing) / $0 }
    }

    /// One file.
    public struct File: Sendable, Codable, Hashable {
        /// The path within the repository.
        public var path: String
        /// Bytes.
        public var size: Int64
        /// What the Hub promises: `sha256:…` or `git-sha1:…`.
        public var digest: String
        /// How many of its bytes are here.
        public var presentBytes: Int64

        /// Makes a file.
        ///
        /// - Parameters:
        ///   - path: The path within the repository.
        ///   - size: Bytes.
        ///   - digest: What the Hub promises.
        ///   - presentBytes: How many of its bytes are here.
        public init(path: String, size: Int64, digest: String, presentBytes: Int64) {
            self.path = path
            self.size = size
            self.digest = digest
            self.presentBytes = presentBytes
        }

        private enum CodingKeys: String, CodingKey {
            case path, size, digest
            case presentBytes = "present_bytes"
        }
    }

    /// Something there may be too little of.
    public struct Room: Sendable, Codable, Hashable {
        /// Bytes that are needed.
        public var neededBytes: Int64
        /// Bytes that may be used.
        public var availableBytes: Int64
        /// Whether that is enough.
        public var fits: Bool

        /// Compares.
        ///
        /// - Parameters:
        ///   - neededBytes: Bytes that are needed.
        ///   - availableBytes: Bytes that may be used.
        public init(neededBytes: Int64, availableBytes: Int64) {
            self.neededBytes = neededBytes
            self.availableBytes = availableBytes
            self.fits = neededBytes <= availableBytes
        }

        private enum CodingKeys: String, CodingKey {
            case neededBytes = "needed_bytes"
            case availableBytes = "available_bytes"
            case fits
        }
    }

    /// Who may read a repository.
    public enum Access: String, Sendable, Codable, Hashable {
        /// Everybody.
        case open = "public"
        /// Those whom its owner lets in; the token is one of them.
        case gated
        /// The owner has not let this token in: the pull would fail.
        case denied
        /// Those the owner named; the token is one of them.
        case restricted = "private"
    }

    private enum CodingKeys: String, CodingKey {
        case model, revision, commit, access, license, quantization, reason, offered, notes, files, disk, memory
        case sizeBytes = "size_bytes"
        case totalBytes = "total_bytes"
        case missingBytes = "missing_bytes"
        case diskReserveBytes = "disk_reserve_bytes"
        case bytesPerSecond = "bytes_per_second"
        case etaSeconds = "eta_seconds"
    }
}
