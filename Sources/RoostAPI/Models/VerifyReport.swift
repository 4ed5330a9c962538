/// The result of hashing the files of models.
package struct VerifyReport: Sendable, Codable, Hashable {
    /// Whether every file is present and correct.
    package var sound: Bool
    /// The number of files examined.
    package var files: Int
    /// The number of bytes hashed.
    package var bytes: Int64
    /// The faults, ordered by model and path.
    package var findings: [Finding]
    /// The files without a recorded digest; they occur only in a cache without links.
    package var unchecked: [String]

    /// A file with a fault.
    package struct Finding: Sendable, Codable, Hashable {
        /// `org/name`.
        package var model: String
        /// The commit hash.
        package var commit: String
        /// The path within the repository.
        package var path: String
        /// The kind of the fault.
        package var problem: Problem
        /// A sentence for the user.
        package var message: String
        /// The absolute path of the faulty file on the disk: the content, not the link to it.
        package var location: String
        /// The recipe, for a converted model; `nil` for a file of the Hub.
        package var recipe: String?

        /// Creates a finding.
        package init(model: String, commit: String, path: String, problem: Problem, message: String, location: String, recipe: String? = nil) {
            self.model = model
            self.commit = commit
            self.path = path
            self.problem = problem
            self.message = message
            self.location = location
            self.recipe = recipe
        }
    }

    /// The kind of a fault.
    package enum Problem: String, Sendable, Codable, Hashable {
        /// The file, or the target of its link, does not exist.
        case missing
        /// The file does not have the expected size.
        case size
        /// The file has the expected size and another digest.
        case content
        /// The file cannot be read.
        case unreadable
    }

    /// Creates a report.
    package init(files: Int, bytes: Int64, findings: [Finding], unchecked: [String]) {
        self.sound = findings.isEmpty
        self.files = files
        self.bytes = bytes
        self.findings = findings
        self.unchecked = unchecked
    }
}

/// The progress of a verification.
package struct VerifyProgress: Sendable, Codable, Hashable {
    /// The number of files verified.
    package var files: Int
    /// The number of all files.
    package var totalFiles: Int
    /// The number of bytes hashed.
    package var bytes: Int64
    /// The number of all bytes.
    package var totalBytes: Int64

    /// Creates a progress value.
    package init(files: Int, totalFiles: Int, bytes: Int64, totalBytes: Int64) {
        self.files = files
        self.totalFiles = totalFiles
        self.bytes = bytes
        self.totalBytes = totalBytes
    }

    private enum CodingKeys: String, CodingKey {
        case files, bytes
        case totalFiles = "total_files"
        case totalBytes = "total_bytes"
    }
}
