/// What hashing the files of models has found.
public struct VerifyReport: Sendable, Codable, Hashable {
    /// Whether every file is there and right.
    public var sound: Bool
    /// How many files were looked at.
    public var files: Int
    /// How many bytes were hashed.
    public var bytes: Int64
    /// What is wrong, ordered by model and path.
    public var findings: [Finding]
    /// Files for which nobody noted what they have to hash to; only a cache without links has such.
    public var unchecked: [String]

    /// A file that is not as it should be.
    public struct Finding: Sendable, Codable, Hashable {
        /// `org/name`.
        public var model: String
        /// The commit.
        public var commit: String
        /// Its path in the repository.
        public var path: String
        /// What is wrong.
        public var problem: Problem
        /// A sentence about it.
        public var message: String
        /// The file on the disk that is at fault, absolute; the content, not the link to it.
        public var location: String
        /// What made it, where Roost made it of the repository's weights; `nil` for a file of the Hub.
        public var recipe: String?

        /// Makes a finding.
        ///
        /// - Parameters:
        ///   - model: `org/name`.
        ///   - commit: The commit.
        ///   - path: Its path in the repository.
        ///   - problem: What is wrong.
        ///   - message: A sentence about it.
        ///   - location: The file at fault.
        ///   - recipe: What made it, where Roost did.
        public init(model: String, commit: String, path: String, problem: Problem, message: String, location: String, recipe: String? = nil) {
            self.model = model
            self.commit = commit
            self.path = path
            self.problem = problem
            self.message = message
            self.location = location
            self.recipe = recipe
        }
    }

    /// What can be wrong with a file.
    public enum Problem: String, Sendable, Codable, Hashable {
        /// It is not there, or what it links to is not.
        case missing
        /// It has another size than it should.
        case size
        /// It has the right size and hashes to something else.
        case content
        /// It cannot be read.
        case unreadable
    }

    /// Makes a report.
    ///
    /// - Parameters:
    ///   - files: How many files were looked at.
    ///   - bytes: How many bytes were hashed.
    ///   - findings: What is wrong.
    ///   - unchecked: Files that could not be judged.
    public init(files: Int, bytes: Int64, findings: [Finding], unchecked: [String]) {
        self.sound = findings.isEmpty
        self.files = files
        self.bytes = bytes
        self.findings = findings
        self.unchecked = unchecked
    }
}

/// How far a verification has come.
public struct VerifyProgress: Sendable, Codable, Hashable {
    /// How many files are done.
    public var files: Int
    /// How many there are.
    public var totalFiles: Int
    /// How many bytes are hashed.
    public var bytes: Int64
    /// How many there are.
    public var totalBytes: Int64

    /// Makes a value.
    ///
    /// - Parameters:
    ///   - files: How many files are done.
    ///   - totalFiles: How many there are.
    ///   - bytes: How many bytes are hashed.
    ///   - totalBytes: How many there are.
    public init(files: Int, totalFiles: Int, bytes: Int64, totalBytes: Int64) {
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
