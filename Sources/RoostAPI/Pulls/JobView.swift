package import RoostCore

/// A job as `GET /jobs` and `GET /jobs/{id}` return it: the row of jobs.db and the live values of the running server.
package struct JobView: Sendable, Codable, Hashable {
    /// The row of jobs.db, with the latest stage and progress.
    package var job: Job
    /// The download rate of the last seconds in bytes per second; `nil` unless data is being received.
    package var bytesPerSecond: Double?
    /// The estimated number of seconds left at this rate; `nil` unless data is being received.
    package var etaSeconds: Double?
    /// The files that are being received, by path, at most eight; `nil` unless data is being received.
    package var currentFiles: [FileProgress]?
    /// The share of the model that has been converted from the repository's weights, 0.0 … 1.0; `nil` when no
    /// conversion runs.
    package var conversionProgress: Double?

    /// Creates a view.
    package init(
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

    /// Decodes the row's fields and the live values from one object.
    ///
    /// - Parameter decoder: The decoder.
    /// - Throws: The errors of the decoder.
    package init(from decoder: any Decoder) throws {
        job = try Job(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        bytesPerSecond = try container.decodeIfPresent(Double.self, forKey: .bytesPerSecond)
        etaSeconds = try container.decodeIfPresent(Double.self, forKey: .etaSeconds)
        currentFiles = try container.decodeIfPresent([FileProgress].self, forKey: .currentFiles)
        conversionProgress = try container.decodeIfPresent(Double.self, forKey: .conversionProgress)
    }

    /// Encodes the row's fields and the live values into one object.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: The errors of the encoder.
    package func encode(to encoder: any Encoder) throws {
        try job.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(bytesPerSecond, forKey: .bytesPerSecond)
        try container.encode(etaSeconds, forKey: .etaSeconds)
        try container.encode(currentFiles, forKey: .currentFiles)
        try container.encode(conversionProgress, forKey: .conversionProgress)
    }
}
