/// A job as `GET /jobs` and `GET /jobs/{id}` show it: the sixteen documented fields, plus what only the running server knows.
public struct JobView: Sendable, Codable, Hashable {
    /// The row of jobs.db, with the newest progress in it.
    public var job: Job
    /// What the job is doing at this moment; `nil` unless it is running.
    public var stage: PullStage?
    /// The download rate of the last seconds in bytes a second; `nil` unless bytes are moving.
    public var bytesPerSecond: Double?

    /// Makes a view.
    ///
    /// - Parameters:
    ///   - job: The row.
    ///   - stage: What the job is doing at this moment.
    ///   - bytesPerSecond: The rate of the last seconds.
    public init(job: Job, stage: PullStage? = nil, bytesPerSecond: Double? = nil) {
        self.job = job
        self.stage = stage
        self.bytesPerSecond = bytesPerSecond
    }

    private enum CodingKeys: String, CodingKey {
        case stage
        case bytesPerSecond = "bytes_per_second"
    }

    /// Reads the documented fields and the live ones from one object.
    ///
    /// - Parameter decoder: Where from.
    /// - Throws: What the decoder throws.
    public init(from decoder: any Decoder) throws {
        job = try Job(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // A newer server may know stages that this client does not.
        stage = try container.decodeIfPresent(String.self, forKey: .stage).flatMap(PullStage.init(rawValue:))
        bytesPerSecond = try container.decodeIfPresent(Double.self, forKey: .bytesPerSecond)
    }

    /// Writes the documented fields and the live ones into one object.
    ///
    /// - Parameter encoder: Where to.
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        try job.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(stage, forKey: .stage)
        try container.encode(bytesPerSecond, forKey: .bytesPerSecond)
    }
}
