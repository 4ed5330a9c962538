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
