/// The body of `POST /pull`.
public struct PullRequest: Sendable, Codable, Hashable {
    /// `org/name` or `org/name:QUANT`.
    public var model: String
    /// What to do about quantisation.
    public var quantize: QuantizationPolicy
    /// Whether to load the model once it is here.
    public var initialize: Bool
    /// The branch, tag or commit; `nil` means `main`.
    public var revision: String?
    /// Who asks for it; 1 to 128 bytes.
    public var userID: String?
    /// The workspace it is asked for in; 1 to 128 bytes.
    public var workspaceID: String?
    /// Words to find the job by: 1 to 16 of 1 to 64 bytes each.
    public var tags: [String]?
    /// −100 … 100, higher goes first; `nil` means 0.
    public var priority: Int?
    /// How many tries in a row may fail without bringing a byte, 0 to 100; `nil` means the server's default.
    public var maxRetries: Int?
    /// Not to be begun before this time.
    public var runAfter: Timestamp?
    /// Who is told by HTTP when the job ends.
    public var callbackURL: String?
    /// Only files that one of these patterns describes, 1 to 64 of 1 to 256 bytes each; `nil` for all.
    public var allowPatterns: [String]?
    /// No file that one of these patterns describes; as many as there may be of the others.
    public var ignorePatterns: [String]?
    /// The most bytes a second, 65,536 or more; `nil` for no limit.
    public var maxBytesPerSecond: Int64?
    /// Whether only to say what would happen.
    public var isDryRun: Bool?

    /// Makes a request without the optional fields.
    ///
    /// - Parameters:
    ///   - model: `org/name` or `org/name:QUANT`.
    ///   - quantize: What to do about quantisation.
    ///   - initialize: Whether to load the model once it is here.
    public init(model: String, quantize: QuantizationPolicy = .auto, initialize: Bool = false) {
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
        case maxBytesPerSecond = "max_bytes_per_second"
        case isDryRun = "dry_run"
    }
}

/// The answer to `POST /pull`.
public struct PullAccepted: Sendable, Codable, Hashable {
    /// Always `accepted`.
    public var status: String
    /// The job to follow: `GET /jobs/{job_id}`.
    public var jobID: String

    /// Makes the answer.
    ///
    /// - Parameter jobID: The job to follow.
    public init(jobID: String) {
        self.status = "accepted"
        self.jobID = jobID
    }

    private enum CodingKeys: String, CodingKey {
        case status
        case jobID = "job_id"
    }
}
