/// A validated request for a pull.
public struct NewPull: Sendable, Hashable {
    /// The model to pull.
    public var model: ModelReference
    /// The wanted quantisation.
    public var quantize: QuantizationPolicy
    /// Whether to load the model after the pull.
    public var initialize: Bool
    /// The branch, tag or commit; `nil` means `main`.
    public var revision: String?
    /// The user who asks for the pull.
    public var userID: String?
    /// The workspace of the pull.
    public var workspaceID: String?
    /// The priority, −100 … 100; higher ones start first.
    public var priority: Int
    /// How many consecutive tries may fail without receiving a byte.
    public var maxRetries: Int
    /// The caller's labels, to find jobs by.
    public var tags: [String]
    /// The earliest start.
    public var runAfter: Timestamp?
    /// The URL that is called when the job ends.
    public var callbackURL: String?
    /// Whether an identical pull of another user is an error instead of the job to follow.
    public var joinsOwnOnly = false
    /// The patterns of the files to fetch; `nil` for all files.
    public var allowPatterns: [String]?
    /// The patterns of the files to leave out.
    public var ignorePatterns: [String]?
    /// The most bytes per second.
    public var maxBytesPerSecond: Int64?

    /// Creates a pull.
    public init(model: ModelReference, quantize: QuantizationPolicy = .auto, initialize: Bool = false) {
        self.model = model
        self.quantize = quantize
        self.initialize = initialize
        self.priority = 0
        self.maxRetries = Job.defaultMaxRetries
        self.tags = []
    }
}

extension NewPull {
    /// Creates the request of a job.
    ///
    /// - Parameter job: A row of jobs.db. An unknown quantisation, which another program may have written, means `auto`.
    /// - Throws: `RoostError` with code `invalidRequest` when the row names no model.
    package init(_ job: Job) throws {
        let policy = job.quantize.flatMap(QuantizationPolicy.init(rawValue:)) ?? .auto
        self.init(model: try ModelReference(parsing: job.model), quantize: policy, initialize: job.initialize == true)
        revision = job.revision
        userID = job.userID
        workspaceID = job.workspaceID
        priority = job.priority
        maxRetries = job.maxRetries ?? Job.defaultMaxRetries
        tags = job.tags ?? []
        runAfter = job.runAfter
        allowPatterns = job.allowPatterns
        ignorePatterns = job.ignorePatterns
        maxBytesPerSecond = job.maxBytesPerSecond
    }

    /// The selection of files.
    package var filePatterns: FilePatterns { FilePatterns(allow: allowPatterns, ignore: ignorePatterns) }
}
