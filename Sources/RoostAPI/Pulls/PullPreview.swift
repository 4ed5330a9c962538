/// The answer to `POST /pull` with `"dry_run": true`: what the pull would do. No job has been created and no byte of
/// the model fetched.
package struct PullPreview: Sendable, Codable, Hashable {
    /// The name of the model with the quantisation that would be chosen.
    package var model: String
    /// The requested branch, tag or commit.
    package var revision: String
    /// The commit that the revision points to now.
    package var commit: String
    /// The access to the repository.
    package var access: Access
    /// The licence, where the Hub names one.
    package var license: String?
    /// The chosen quantisation; `nil` when the file's name contains none.
    package var quantization: String?
    /// Why this one was chosen: a sentence for the user.
    package var reason: String
    /// The quantisations that the repository offers.
    package var offered: [String]
    /// Remarks for the user, such as files that cannot be stored here; `nil` from a server that sends none.
    package var notes: [String]?
    /// The files in the order of the Hub.
    package var files: [File]
    /// The size of the model files in bytes.
    package var sizeBytes: Int64
    /// The size of all files in bytes.
    package var totalBytes: Int64
    /// The number of bytes that are not on this machine yet.
    package var missingBytes: Int64
    /// The disk space: what is free beside the reserve and the bytes that running pulls still need.
    package var disk: Room
    /// The number of bytes of the disk that stay free for other programs; `nil` from a server that does not send it.
    package var diskReserveBytes: Int64?
    /// The memory that the model would need: its weights and a tenth more; the context needs further memory. Zero is
    /// needed when the files hold no model.
    package var memory: Room
    /// The rate of the last pull in bytes per second; `nil` when there was none.
    package var bytesPerSecond: Double?
    /// The estimated number of seconds for the missing bytes at that rate.
    package var etaSeconds: Double?

    /// Creates a preview.
    ///
    /// - Parameters:
    ///   - model: The name of the model with the quantisation that would be chosen.
    ///   - revision: The requested branch, tag or commit.
    ///   - commit: The commit that the revision points to now.
    ///   - access: The access to the repository.
    ///   - license: The licence, where the Hub names one.
    ///   - choice: The chosen quantisation, the reason, and the alternatives.
    ///   - files: The files.
    ///   - sizeBytes: The size of the model files.
    ///   - disk: The disk space.
    ///   - diskReserveBytes: The number of bytes of the disk that stay free.
    ///   - memory: The memory that the model would need.
    ///   - bytesPerSecond: The rate of the last pull.
    package init(
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

    /// A file of the preview.
    package struct File: Sendable, Codable, Hashable {
        /// The path within the repository.
        package var path: String
        /// The size in bytes.
        package var size: Int64
        /// The digest that the Hub announced: `sha256:…` or `git-sha1:…`.
        package var digest: String
        /// The number of its bytes on this machine.
        package var presentBytes: Int64

        /// Creates a file.
        package init(path: String, size: Int64, digest: String, presentBytes: Int64) {
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

    /// The needed and the available amount of a resource.
    package struct Room: Sendable, Codable, Hashable {
        /// The number of bytes needed.
        package var neededBytes: Int64
        /// The number of bytes available.
        package var availableBytes: Int64
        /// Whether the available amount is enough.
        package var fits: Bool

        /// Compares the two amounts.
        package init(neededBytes: Int64, availableBytes: Int64) {
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

    /// The access to a repository.
    package enum Access: String, Sendable, Codable, Hashable {
        /// Public.
        case open = "public"
        /// Gated: the owner has granted access to this token.
        case gated
        /// Gated: the owner has not granted access to this token, so the pull would fail.
        case denied
        /// Private: the token has access.
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
