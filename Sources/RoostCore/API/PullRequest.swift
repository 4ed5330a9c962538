/// The body of `POST /pull`.
public struct PullRequest: Sendable, Codable, Hashable {
    /// `org/name` or `org/name:QUANT`.
    public var model: String
    /// What to do about quantisation.
    public var quantize: QuantizationPolicy
    /// Whether to load the model once it is here.
    public var initialize: Bool

    /// Makes a request.
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
