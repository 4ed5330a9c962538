package import RoostCore

/// The body of `POST /pull`.
package struct PullRequest: Sendable, Codable, Hashable {
    /// `org/name` or `org/name:QUANT`.
    package var model: String
    /// The wanted quantisation.
    package var quantize: QuantizationPolicy
    /// Whether to load the model after the pull.
    package var initialize: Bool
    /// The branch, tag or commit; `nil` means `main`.
    package var revision: String?
    /// The user who asks for the pull; 1 to 128 bytes.
    package var userID: String?
    /// The workspace of the pull; 1 to 128 bytes.
    package var workspaceID: String?
    /// Labels to find the job by: 1 to 16 of 1 to 64 bytes each.
    package var tags: [String]?
    /// The priority, −100 … 100; higher ones start first; `nil` means 0.
    package var priority: Int?
    /// How many consecutive tries may fail without receiving a byte, 0 to 100; `nil` means the server's default.
    package var maxRetries: Int?
    /// The earliest start.
    package var runAfter: Timestamp?
    /// The URL that is called when the job ends.
    package var callbackURL: String?
    /// Patterns of the files to fetch: 1 to 64 of 1 to 256 bytes each; `nil` for all files.
    package var allowPatterns: [String]?
    /// Patterns of the files to leave out; the same limits apply.
    package var ignorePatterns: [String]?
    /// Whether to pull the file with which the model sees images or hears sounds; `nil` means yes.
    package var projector: Bool?
    /// The most bytes per second, 65,536 or more; `nil` for no limit.
    package var maxBytesPerSecond: Int64?
    /// Whether to return a preview only.
    package var isDryRun: Bool?

    /// Creates a request without the optional fields.
    package init(model: String, quantize: QuantizationPolicy = .auto, initialize: Bool = false) {
        self.model = model
        self.quantize = quantize
        self.initialize = initialize
    }

    private enum CodingKeys: String, CodingKey {
        case model, quantize
        case initialize = "init"
        case revision
        case userID = "user_id"
        case workspaceID = "workspace_id"
        case tags, priority
        case maxRetries = "max_retries"
        case runAfter = "run_after"
        case callbackURL = "callback_url"
        case allowPatterns = "allow_patterns"
        case ignorePatterns = "ignore_patterns"
        case projector
        case maxBytesPerSecond = "max_bytes_per_second"
        case isDryRun = "dry_run"
    }
}

/// The answer to `POST /pull`.
package struct PullAccepted: Sendable, Codable, Hashable {
    /// Always `accepted`.
    package var status: String
    /// The id of the new job, for `GET /jobs/{job_id}`.
    package var jobID: String

    /// Creates the answer.
    package init(jobID: String) {
        self.status = "accepted"
        self.jobID = jobID
    }

    private enum CodingKeys: String, CodingKey {
        case status
        case jobID = "job_id"
    }
}
