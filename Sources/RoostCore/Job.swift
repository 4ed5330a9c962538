/// One pull, as a row of jobs.db and as the API's JSON: the sixteen documented columns of schema v1.0 first, then those of v1.5 and v1.6, under
/// their own names.
///
/// Absent values are written as `null` and booleans as `true` and `false`, never as numbers.
public struct Job: Sendable, Hashable, Identifiable {
    /// A UUID in lower case.
    public var id: String
    /// What was asked for: `org/name` or `org/name:QUANT`.
    public var model: String
    /// What to do about quantisation: `auto`, `q4`, `fp16`, `no` or another word of `QuantizationPolicy`.
    public var quantize: String?
    /// Whether the model is loaded once it is here.
    public var initialize: Bool?
    /// `queued`, `running`, `succeeded` or `failed`.
    public var status: JobStatus
    /// When the job was accepted.
    public var createdAt: Timestamp
    /// When the job last got a slot.
    public var startedAt: Timestamp?
    /// When the job succeeded or failed.
    public var finishedAt: Timestamp?
    /// Why the job failed, why its last try did while it waits for the next, or why a model that is here is not loaded: a sentence for a person.
    public var error: String?
    /// The whole error chain with stage, request, attempts and source locations.
    public var traceback: String?
    /// The absolute path of the snapshot folder in the Hub cache.
    public var localPath: String?
    /// The size of the chosen files in bytes, from the Hub's metadata.
    public var sizeBytes: Int64?
    /// How many of these bytes are on this machine.
    public var downloadedBytes: Int64?
    /// 0.0 … 1.0; `nil` while the total is unknown.
    public var progress: Double?
    /// How many bytes the pull has to have in the end.
    public var totalBytes: Int64?
    /// Whether the chosen variant is a quantised one; `nil` until the choice is made.
    public var preferredQuantized: Bool?
    /// What the job is doing, or why it is not: finer than `status`.
    public var stage: PullStage?
    /// The branch, tag or commit that was asked for; `nil` means `main`.
    public var revision: String?
    /// Who asked for it.
    public var userID: String?
    /// The workspace it was asked for in.
    public var workspaceID: String?
    /// −100 … 100; higher goes first. One point is worth ten minutes of waiting.
    public var priority = 0
    /// How many tries in a row have failed without bringing a byte.
    public var retryCount = 0
    /// How many such tries there may be; `nil` (a row of another program) means the default.
    public var maxRetries: Int?
    /// Not to be begun before this time.
    public var runAfter: Timestamp?
    /// Words of the caller's own, to find jobs by.
    public var tags: [String]?
    /// How often this job was asked for through the API.
    public var apiCallCount = 0
    /// When it was last asked for.
    public var lastAPICall: Timestamp?
    /// The server process that holds the job while it is running.
    public var owner: String?
    /// How often the job was claimed; together with `owner` it fences out a worker that lost the job.
    public var attempt = 0
    /// Only files that one of these patterns describes are wanted; `nil` for all.
    public var allowPatterns: [String]?
    /// No file that one of these patterns describes is wanted.
    public var ignorePatterns: [String]?
    /// The most bytes a second that this job may download; `nil` for no limit of its own.
    public var maxBytesPerSecond: Int64?

    /// How many tries may fail in a row where a job does not say it.
    public static let defaultMaxRetries = 10

    /// Makes a job that waits for a slot.
    ///
    /// - Parameters:
    ///   - id: A UUID in lower case.
    ///   - model: What was asked for.
    ///   - quantize: What to do about quantisation.
    ///   - initialize: Whether to load the model once it is here.
    ///   - createdAt: When the job was accepted.
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
        /// See the properties of `Job` for each column's meaning.
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

    /// Writes all fields, absent ones as `null`.
    ///
    /// - Parameter encoder: Where to.
    /// - Throws: What the encoder throws.
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
    /// The priorities a job may have; one point is worth ten minutes of waiting.
    public static let priorities = -100...100

    /// The limits that a job's download rate may have, in bytes a second: so slow that no connection would time out, and no slower.
    public static let rates: ClosedRange<Int64> = 65_536...1_000_000_000_000

    /// Which files are wanted.
    public var filePatterns: FilePatterns { FilePatterns(allow: allowPatterns, ignore: ignorePatterns) }
}
