package import RoostAPI
package import RoostCore

/// The state of one pull: stage, bytes, rate, and whether a failure is worth another try. A value without a clock or
/// I/O.
///
/// All times are durations since the pull's start, passed by the caller.
package struct PullStateMachine: Sendable, Hashable {
    /// The current activity; `nil` before the first stage.
    package private(set) var stage: PullStage?
    /// The size of the chosen model files in bytes.
    package private(set) var sizeBytes: Int64?
    /// The number of bytes that the finished pull has.
    package private(set) var totalBytes: Int64?
    /// The number of these bytes on this machine. It decreases only when wrong bytes were deleted, and never exceeds
    /// the total.
    package private(set) var downloadedBytes: Int64 = 0
    /// Whether the chosen variant is quantised.
    package private(set) var preferredQuantized: Bool?
    /// The number of tries that this run has begun.
    package private(set) var attempts = 0
    /// How many consecutive tries have failed without receiving a byte, over all runs of the job.
    package private(set) var retryCount: Int

    /// The share of the model that has been converted, 0.0 … 1.0; `nil` when no conversion runs.
    package private(set) var conversion: Double?

    /// The same for the API: `nil` in the stages after the conversion, such as while the model is loaded.
    package var conversionProgress: Double? {
        [.downloading, .verifying, .converting, .quantizing].contains(stage) ? conversion : nil
    }

    /// How many such tries are allowed.
    private let maxRetries: Int

    private var sizes: [RepositoryFilePath: Int64] = [:]
    private var presentByFile: [RepositoryFilePath: Int64] = [:]
    /// The sum of `presentByFile`.
    private var presentBytes: Int64 = 0
    private var rate = RateMeter()
    private var sizeMismatches = 0
    private var bytesAtStart: Int64 = 0
    private var lastByteAt: Duration?

    /// Creates the state of a pull that has not begun.
    ///
    /// - Parameters:
    ///   - retryCount: How many consecutive tries have failed in earlier runs of the job.
    ///   - maxRetries: How many such tries are allowed; 0 or more.
    package init(retryCount: Int = 0, maxRetries: Int = Job.defaultMaxRetries) {
        self.retryCount = retryCount
        self.maxRetries = maxRetries
    }

    /// Returns the stage for the API: a download that has received nothing for ten seconds is `stalled`.
    ///
    /// - Parameter now: The time since the pull's start.
    /// - Returns: The stage; `nil` before the first.
    package func stage(at now: Duration) -> PullStage? {
        guard stage == .downloading, let lastByteAt, now - lastByteAt > Self.stallLimit else { return stage }
        return .stalled
    }

    private static let stallLimit: Duration = .seconds(10)

    /// Returns the estimated time left at the rate of the last seconds.
    ///
    /// - Parameter now: The time since the pull's start.
    /// - Returns: Seconds; `nil` unless data is being received.
    package func etaSeconds(at now: Duration) -> Double? {
        guard let rate = bytesPerSecond(at: now), rate > 0, let totalBytes else { return nil }
        return Double(totalBytes - downloadedBytes) / rate
    }

    /// Returns the download rate of the last seconds.
    ///
    /// - Parameter now: The time since the pull's start.
    /// - Returns: Bytes per second; `nil` unless data is being received.
    package func bytesPerSecond(at now: Duration) -> Double? { stage == .downloading ? rate.bytesPerSecond(at: now) : nil }

    /// The progress, 0.0 … 1.0; `nil` while the total is unknown.
    package var progress: Double? {
        guard let totalBytes else { return nil }
        return totalBytes == 0 ? 1 : Double(downloadedBytes) / Double(totalBytes)
    }

    /// Returns the files that are being received.
    ///
    /// - Parameters:
    ///   - now: The time since the pull's start.
    ///   - limit: The most files to return.
    /// - Returns: The files by path; `nil` unless data is being received.
    package func currentFiles(at now: Duration, limit: Int = 8) -> [FileProgress]? {
        guard stage == .downloading else { return nil }
        let coming = presentByFile.filter { file, bytes in bytes > 0 && bytes < sizes[file, default: 0] }
        return coming.map { FileProgress(path: $0.description, size: sizes[$0, default: 0], downloadedBytes: $1) }
            .sorted { $0.path < $1.path }.prefix(limit).map(\.self)
    }

    /// Begins a try.
    package mutating func beginAttempt() {
        attempts += 1
        conversion = nil
    }

    /// Begins a stage.
    ///
    /// - Parameters:
    ///   - stage: The stage.
    ///   - now: The time since the pull's start.
    package mutating func enter(_ stage: PullStage, at now: Duration) {
        self.stage = stage
        lastByteAt = now
    }

    /// Records the chosen files.
    ///
    /// - Parameters:
    ///   - sizeBytes: The size of the model files.
    ///   - totalBytes: The size of all files of the pull.
    ///   - quantized: Whether the chosen variant is quantised.
    package mutating func planned(sizeBytes: Int64, totalBytes: Int64, quantized: Bool) {
        if totalBytes != self.totalBytes {
            // The repository changed between two tries: the bytes counted belong to other files.
            forget()
        }
        self.sizeBytes = sizeBytes
        self.totalBytes = totalBytes
        self.preferredQuantized = quantized
    }

    /// Records the sizes of the files.
    ///
    /// - Parameter sizes: The size of each file in bytes.
    package mutating func listed(_ sizes: [RepositoryFilePath: Int64]) { self.sizes = sizes }

    private mutating func forget() {
        presentByFile = [:]
        presentBytes = 0
        downloadedBytes = 0
        bytesAtStart = 0
    }

    /// Records the bytes of a file that were on this machine before the run began.
    ///
    /// - Parameters:
    ///   - bytes: The number of bytes from the start of the file.
    ///   - file: The file.
    ///   - now: The time since the pull's start.
    package mutating func found(_ bytes: Int64, of file: RepositoryFilePath, at now: Duration) {
        received(bytes, of: file, at: now)
        bytesAtStart = downloadedBytes
        // These bytes were not received over the network.
        rate = RateMeter()
        rate.record(bytes: presentBytes, at: now)
    }

    /// Records the bytes of a file that are on this machine now.
    ///
    /// - Parameters:
    ///   - bytes: The number of bytes from the start of the file.
    ///   - file: The file.
    ///   - now: The time since the pull's start.
    package mutating func received(_ bytes: Int64, of file: RepositoryFilePath, at now: Duration) {
        let before = presentByFile.updateValue(bytes, forKey: file) ?? 0
        presentBytes += bytes - before
        let sum = presentBytes
        lastByteAt = now
        downloadedBytes = min(max(downloadedBytes, sum), totalBytes ?? .max)
        rate.record(bytes: sum, at: now)
        guard let totalBytes, stage == .downloading || stage == .verifying else { return }
        // The stage returns from verifying to downloading when wrong bytes are fetched again.
        stage = sum >= totalBytes ? .verifying : .downloading
    }

    /// Records the bytes of the converted model that are written.
    ///
    /// - Parameters:
    ///   - bytes: The number of bytes written.
    ///   - total: The size of the finished model in bytes.
    package mutating func converted(_ bytes: Int64, of total: Int64) { conversion = total > 0 ? Double(bytes) / Double(total) : 1 }

    /// The consequence of a failure.
    package enum Verdict: Sendable, Hashable {
        /// Start another try at once.
        case again
        /// Release the slot and start another try after a pause.
        case retry(after: Duration)
        /// Fail the job.
        case giveUp
    }

    /// Returns the consequence of a failed try.
    ///
    /// Only failures that may pass are tried again, after pauses that double. A run that received new bytes resets the
    /// count. After too many or too few bytes the file is fetched again once.
    ///
    /// - Parameters:
    ///   - error: The reason for the failure.
    ///   - jitter: The position in the range of the pause, 0.0 … 1.0, so that not all clients return at the same time.
    /// - Returns: The consequence.
    package mutating func failed(_ error: RoostError, jitter: Double = 0.5) -> Verdict {
        // Bytes with the wrong digest have already been compared with a second copy.
        guard error.code != .digestMismatch else { return .giveUp }
        if error.code == .sizeMismatch {
            sizeMismatches += 1
            // Wrong bytes were deleted, so the bytes on this machine are counted again.
            forget()
            return sizeMismatches < 2 ? .again : .giveUp
        }
        guard error.isTransient else { return .giveUp }
        if downloadedBytes > bytesAtStart { retryCount = 0 }
        bytesAtStart = downloadedBytes
        guard retryCount < maxRetries else { return .giveUp }
        retryCount += 1
        let pause = Self.backoff.pause(after: retryCount, jitter: jitter)
        stage = .waitingForNetwork
        return .retry(after: max(pause, error.retryAfter ?? .zero))
    }

    /// One second, doubled for each earlier failure, at most five minutes; a quarter more or less at random.
    private static let backoff = Backoff(first: .seconds(1), most: .seconds(300), spread: 0.25)
}
