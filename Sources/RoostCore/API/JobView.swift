/// A job as `GET /jobs` and `GET /jobs/{id}` show it: the row, plus what only the running server knows.
public struct JobView: Sendable, Codable, Hashable {
    /// The row of jobs.db, with the newest stage and progress in it.
    public var job: Job
    /// The download rate of the last seconds in bytes a second; `nil` unless bytes are moving.
    public var bytesPerSecond: Double?
    /// How many seconds the rest takes at this rate; `nil` unless bytes are moving.
    public var etaSeconds: Double?
    /// The files that are coming now, by path, eight at the most; `nil` unless bytes are moving.
    public var currentFiles: [FileProgress]?
    /// How much of a model is made of the repository's weights, 0.0 … 1.0; `nil` where none is being made.
    public var conversionProgress: Double?

    /// Makes a view.
    ///
    /// - Parameters:
    ///   - job: The row.
    ///   - bytesPerSecond: The rate of the last seconds.
    ///   - etaSeconds: How many seconds the rest takes at this rate.
    ///   - currentFiles: The files that are coming now.
    ///   - conversionProgress: How much of a model is made.
    public init(
        job: Job, bytesPerSecond: Double? = nil, etaSeconds: Double? = nil, currentFiles: [FileProgress]? = nil, conversionProgress: Double? = nil
    ) {
        self.job = job
        self.bytesPerSecond = bytesPerSecond
        self.etaSeconds = etaSeconds
        self.currentFiles = currentFiles
        self.conversionProgress = conversionProgress
    }

    private enum CodingKeys: String, CodingKey {
        case bytesPerSecond = "bytes_per_second"
        case etaSeconds = "eta_seconds"
        case currentFiles = "current_files"
        case conversionProgress = "conversion_progress"
    }

    /// Reads the row's fields and the live ones from one object.
    ///
    /// - Parameter decoder: Where from.
    /// - Throws: What the decoder throws.
    public init(from decoder: any Decoder) throws {
        job = try Job(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        bytesPerSecond = try container.decodeIfPresent(Double.self, forKey: .bytesPerSecond)
        etaSeconds = try container.decodeIfPresent(Double.self, forKey: .etaSeconds)
        currentFiles = try container.decodeIfPresent([FileProgress].self, forKey: .currentFiles)
        conversionProgress = try container.decodeIfPresent(Double.self, forKey: .conversionProgress)
    }

    /// Writes the row's fields and the live ones into one object.
    ///
    /// - Parameter encoder: Where to.
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        try job.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(bytesPerSecond, forKey: .bytesPerSecond)
        try container.encode(etaSeconds, forKey: .etaSeconds)
        try container.encode(currentFiles, forKey: .currentFiles)
        try container.encode(conversionProgress, forKey: .conversionProgress)
    }
}
