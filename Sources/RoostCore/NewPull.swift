/// A pull that somebody asks for, all of it checked.
public struct NewPull: Sendable, Hashable {
    /// What to pull.
    public var model: ModelReference
    /// What to do about quantisation.
    public var quantize: QuantizationPolicy
    /// Whether to load the model once it is here.
    public var initialize: Bool
    /// The branch, tag or commit; `nil` means `main`.
    public var revision: String?
    /// Who asks for it.
    public var userID: String?
    /// The workspace it is asked for in.
    public var workspaceID: String?
    /// −100 … 100; higher goes first.
    public var priority: Int
    /// How many tries in a row may fail without bringing a byte.
    public var maxRetries: Int
    /// Words of the caller's own, to find jobs by.
    public var tags: [String]
    /// Not to be begun before this time.
    public var runAfter: Timestamp?
    /// Who is told by HTTP when the job ends.
    public var callbackURL: String?
    /// Only files that one of these patterns describes; `nil` for all.
    public var allowPatterns: [String]?
    /// No file that one of these patterns describes.
    public var ignorePatterns: [String]?
    /// The most bytes a second.
    public var maxBytesPerSecond: Int64?

    /// Makes a pull.
    ///
    /// - Parameters:
    ///   - model: What to pull.
    ///   - quantize: What to do about quantisation.
    ///   - initialize: Whether to load the model once it is here.
    public init(model: ModelReference, quantize: QuantizationPolicy = .auto, initialize: Bool = false) {
        self.model = model
        self.quantize = quantize
        self.initialize = initialize
        self.priority = 0
        self.maxRetries = Job.defaultMaxRetries
        self.tags = []
    }
}
