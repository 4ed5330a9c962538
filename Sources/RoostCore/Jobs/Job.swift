/// A pull, as a row of jobs.db and as JSON in the API: the sixteen documented columns of schema v1.0, then those of
/// v1.5 and v1.6, under their own names.
///
/// Missing values are written as `null` and booleans as `true` and `false`, never as numbers.
public struct Job: Sendable, Hashable, Identifiable {
    /// A UUID in lower case.
    public var id: String
    /// The requested model: `org/name` or `org/name:QUANT`.
    public var model: String
    /// The wanted quantisation: `auto`, `q4`, `fp16`, `no` or another word of `QuantizationPolicy`.
    public var quantize: String?
    /// Whether to load the model after the pull.
    public var initialize: Bool?
    /// `queued`, `running`, `succeeded` or `failed`.
    public var status: JobStatus
    /// The time at which the job was accepted.
    public var createdAt: Timestamp
    /// The time of the job's last start.
    public var startedAt: Timestamp?
    /// The time at which the job succeeded or failed.
    public var finishedAt: Timestamp?
    /// A sentence for the user: why the job failed, why the last try failed while the next one is due, or why a pulled
    /// model is not loaded.
    public var error: String?
    /// The whole error chain with stage, request, attempts and source locations.
    public var traceback: String?
    /// The absolute path of the snapshot folder in the Hub cache.
    public var localPath: String?
    /// The size of the chosen files in bytes, from the Hub's metadata.
    public var sizeBytes: Int64?
    /// The number of these bytes on this machine.
    public var downloadedBytes: Int64?
    /// The progress, 0.0 … 1.0; `nil` while the total is unknown.
    public var progress: Double?
    /// The number of bytes that the finished pull has.
    public var totalBytes: Int64?
    /// Whether the chosen variant is quantised; `nil` until the choice is made.
    public var preferredQuantized: Bool?
    /// The current activity, or the reason for waiting; more precise than `status`.
    public var stage: PullStage?
    /// The requested branch, tag or commit; `nil` means `main`.
    public var revision: String?
    /// The user who asked for the pull.
    public var userID: String?
    /// The workspace of the pull.
    public var workspaceID: String?
    /// The priority, −100 … 100; higher ones start first. One point is worth ten minutes of waiting.
    public var priority = 0
    /// How many consecutive tries have failed without receiving a byte.
    public var retryCount = 0
    /// How many such tries are allowed; `nil` (in a row of another program) means the default.
    public var maxRetries: Int?
    /// The earliest start.
    public var runAfter: Timestamp?
    /// The caller's labels, to find jobs by.
    public var tags: [String]?
    /// How often clients have asked for this job through the API.
    public var apiCallCount = 0
    /// The time of the latest such request.
    public var lastAPICall: Timestamp?
    /// The server process that runs the job.
    public var owner: String?
    /// How often the job was claimed. Together with `owner` it keeps a worker that lost the job from changing it.
    public var attempt = 0
    /// The patterns of the files to fetch; `nil` for all files.
    public var allowPatterns: [String]?
    /// The patterns of the files to leave out.
    public var ignorePatterns: [String]?
    /// The most bytes per second that this job may download; `nil` for no limit of its own.
    public var maxBytesPerSecond: Int64?

    /// How many consecutive tries may fail, unless the job sets another number.
    public static let defaultMaxRetries = 10

    /// Creates a queued job.
    public init(id: String, model: String, quantize: String?, initialize: Bool?, createdAt: Timestamp) {
        self.id = id
        self.model = model
        self.quantize = quantize
        self.initialize = initialize
        self.status = .queued
        self.createdAt = createdAt
        self.downloadedBytes = 0
    }
}

extension Job: Codable {
    /// The names of the columns and of the JSON fields, in the documented order.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        /// The properties of `Job` describe the columns.
        case id, model, quantize
        case initialize = "init"
        case status
        case createdAt = "created_at"
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case error, traceback
        case localPath = "local_path"
        case sizeBytes = "size_bytes"
        case downloadedBytes = "downloaded_bytes"
        case progress
        case totalBytes = "total_bytes"
        case preferredQuantized = "preferred_quantized"
        case stage, revision
        case userID = "user_id"
        case workspaceID = "workspace_id"
        case priority
        case retryCount = "retry_count"
        case maxRetries = "max_retries"
        case runAfter = "run_after"
        case tags
        case apiCallCount = "api_call_count"
        case lastAPICall = "last_api_call"
        case owner, attempt
        case allowPatterns = "allow_patterns"
        case ignorePatterns = "ignore_patterns"
        case maxBytesPerSecond = "max_bytes_per_second"
    }

    /// Encodes all fields, missing ones as `null`.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: The errors of the encoder.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(model, forKey: .model)
        try container.encode(quantize, forKey: .quantize)
        try container.encode(initialize, forKey: .initialize)
        try container.encode(status, forKey: .status)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(startedAt, forKey: .startedAt)
        try container.encode(finishedAt, forKey: .finishedAt)
        try container.encode(error, forKey: .error)
        try container.encode(traceback, forKey: .traceback)
        try container.encode(localPath, forKey: .localPath)
        try container.encode(sizeBytes, forKey: .sizeBytes)
        try container.encode(downloadedBytes, forKey: .downloadedBytes)
        try container.encode(progress, forKey: .progress)
        try container.encode(totalBytes, forKey: .totalBytes)
        try container.encode(preferredQuantized, forKey: .preferredQuantized)
        try container.encode(stage, forKey: .stage)
        try container.encode(revision, forKey: .revision)
        try container.encode(userID, forKey: .userID)
        try container.encode(workspaceID, forKey: .workspaceID)
        try container.encode(priority, forKey: .priority)
        try container.encode(retryCount, forKey: .retryCount)
        try container.encode(maxRetries, forKey: .maxRetries)
        try container.encode(runAfter, forKey: .runAfter)
        try container.encode(tags, forKey: .tags)
        try container.encode(apiCallCount, forKey: .apiCallCount)
        try container.encode(lastAPICall, forKey: .lastAPICall)
        try container.encode(owner, forKey: .owner)
        try container.encode(attempt, forKey: .attempt)
        try container.encode(allowPatterns, forKey: .allowPatterns)
        try container.encode(ignorePatterns, forKey: .ignorePatterns)
        try container.encode(maxBytesPerSecond, forKey: .maxBytesPerSecond)
    }
}

extension Job {
    /// The allowed priorities; one point is worth ten minutes of waiting.
    public static let priorities = -100...100

    /// The allowed rate limits of a job in bytes per second. At the lowest one no connection times out yet.
    public static let rates: ClosedRange<Int64> = 65_536...1_000_000_000_000
}
