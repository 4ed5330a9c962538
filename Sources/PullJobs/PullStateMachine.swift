public import RoostCore

/// What one pull knows about itself: stage, bytes, rate, and whether a failure is worth another try. A pure value: no clock, no I/O.
///
/// Times are durations since the pull's start, handed in by the caller.
public struct PullStateMachine: Sendable, Hashable {
    /// What the pull is doing; `nil` before its first stage.
    public private(set) var stage: PullStage?
    /// The size of the chosen model files in bytes.
    public private(set) var sizeBytes: Int64?
    /// How many bytes the pull has to have in the end.
    public private(set) var totalBytes: Int64?
    /// How many of them are here. Falls only when bytes turned out wrong and were deleted; never exceeds the total.
    public private(set) var downloadedBytes: Int64 = 0
    /// Whether the chosen variant is a quantised one.
    public private(set) var preferredQuantized: Bool?
    /// How many tries this run has begun.
    public private(set) var attempts = 0
    /// How many tries in a row have failed without bringing a byte, over all runs of the job.
    public private(set) var retryCount: Int

    /// How much of the model is made of the files, 0.0 … 1.0; `nil` where none is made, or not yet.
    public private(set) var conversion: Double?

    /// The same as people see it: not while nothing is being made any more, such as while the model is loaded.
    public var conversionProgress: Double? {
        [.downloading, .verifying, .converting, .quantizing].contains(stage) ? conversion : nil
    }

    /// How many such tries there may be.
    private let maxRetries: Int

    private var sizes: [RepositoryFilePath: Int64] = [:]
    private var presentByFile: [RepositoryFilePath: Int64] = [:]
    /// The sum of `presentByFile`.
    private var presentBytes: Int64 = 0
    private var rate = RateMeter()
    private var sizeMismatches = 0
    private var bytesAtStart: Int64 = 0
    private var lastByteAt: Duration?

    /// A pull that has not begun.
    ///
    /// - Parameters:
    ///   - retryCount: How many tries in a row have failed in earlier runs of the job.
    ///   - maxRetries: How many such tries there may be; zero or more.
    public init(retryCount: Int = 0, maxRetries: Int = Job.defaultMaxRetries) {
        self.retryCount = retryCount
        self.maxRetries = maxRetries
    }

    /// What the pull is doing as people see it: a download that brings nothing for ten seconds is `stalled`.
    ///
    /// - Parameter now: Since the pull's start.
    /// - Returns: The stage; `nil` before the first.
    public func stage(at now: Duration) -> PullStage? {
        guard stage == .downloading, let lastByteAt, now - lastByteAt > Self.stallLimit else { return stage }
        return .stalled
    }

    private static let stallLimit: Duration = .seconds(10)

    /// How many seconds the rest takes at the rate of the last seconds.
    ///
    /// - Parameter now: Since the pull's start.
    /// - Returns: Seconds; `nil` unless bytes are moving.
    public func etaSeconds(at now: Duration) -> Double? {
        guard let rate = bytesPerSecond(at: now), rate > 0, let totalBytes else { return nil }
        return Double(totalBytes - downloadedBytes) / rate
    }

    /// The download rate of the last seconds in bytes a second; `nil` unless bytes are moving.
    ///
    /// - Parameter now: Since the pull's start.
    /// - Returns: Bytes a second.
    public func bytesPerSecond(at now: Duration) -> Double? { stage == .downloading ? rate.bytesPerSecond(at: now) : nil }

    /// 0.0 … 1.0; `nil` while the total is unknown.
    public var progress: Double? {
        guard let totalBytes else { return nil }
        return totalBytes == 0 ? 1 : Double(downloadedBytes) / Double(totalBytes)
    }

    /// The files that are coming: begun and not complete.
    ///
    /// - Parameters:
    ///   - now: Since the pull's start.
    ///   - limit: At most so many.
    /// - Returns: The files by path; `nil` unless bytes are moving.
    public func currentFiles(at now: Duration, limit: Int = 8) -> [FileProgress]? {
        guard stage == .downloading else { return nil }
        let coming = presentByFile.filter { file, bytes in bytes > 0 && bytes < sizes[file, default: 0] }
        return coming.map { FileProgress(path: $0.description, size: sizes[$0, default: 0], downloadedBytes: $1) }
            .sorted { $0.path < $1.path }.prefix(limit).map(\.self)
    }

    /// A try begins.
    public mutating func beginAttempt() {
        attempts += 1
        conversion = nil
    }

    /// A stage begins.
    ///
    /// - Parameters:
    ///   - stage: The stage.
    ///   - now: Since the pull's start.
    public mutating func enter(_ stage: PullStage, at now: Duration) {
        self.stage = stage
        lastByteAt = now
    }

    /// The files are chosen.
    ///
    /// - Parameters:
    ///   - sizeBytes: The size of the model files.
    ///   - totalBytes: The size of all files of the pull.
    ///   - quantized: Whether the chosen variant is a quantised one.
    public mutating func planned(sizeBytes: Int64, totalBytes: Int64, quantized: Bool) {
        if totalBytes != self.totalBytes {
            // The repository changed between two tries: what was counted belonged to other files.
            forget()
        }
        self.sizeBytes = sizeBytes
        self.totalBytes = totalBytes
        self.preferredQuantized = quantized
    }

    /// How large the files are.
    ///
    /// - Parameter sizes: Bytes by file.
    public mutating func listed(_ sizes: [RepositoryFilePath: Int64]) { self.sizes = sizes }

    private mutating func forget() {
        presentByFile = [:]
        presentBytes = 0
        downloadedBytes = 0
        bytesAtStart = 0
    }

    /// So many bytes of a file were here before this run began.
    ///
    /// - Parameters:
    ///   - bytes: Bytes of this file, counted from its start.
    ///   - file: The file.
    ///   - now: Since the pull's start.
    public mutating func found(_ bytes: Int64, of file: RepositoryFilePath, at now: Duration) {
        received(bytes, of: file, at: now)
        bytesAtStart = downloadedBytes
        // What was here has not come over the line.
        rate = RateMeter()
        rate.record(bytes: presentBytes, at: now)
    }

    /// So many bytes of a file are here now.
    ///
    /// - Parameters:
    ///   - bytes: Bytes of this file, counted from its start.
    ///   - file: The file.
    ///   - now: Since the pull's start.
    public mutating func received(_ bytes: Int64, of file: RepositoryFilePath, at now: Duration) {
        let before = presentByFile.updateValue(bytes, forKey: file) ?? 0
        presentBytes += bytes - before
        let sum = presentBytes
        lastByteAt = now
        downloadedBytes = min(max(downloadedBytes, sum), totalBytes ?? .max)
        rate.record(bytes: sum, at: now)
        guard let totalBytes, stage == .downloading || stage == .verifying else { return }
        // Back from verifying to downloading when bytes turned out wrong and come again.
        stage = sum >= totalBytes ? .verifying : .downloading
    }

    /// So many bytes of the model that is made of the files are written.
    ///
    /// - Parameters:
    ///   - bytes: Bytes so far.
    ///   - total: Bytes of the finished model.
    public mutating func converted(_ bytes: Int64, of total: Int64) { conversion = total > 0 ? Double(bytes) / Double(total) : 1 }

    /// What to do after a failure.
    public enum Verdict: Sendable, Hashable {
        /// Begin another try at once.
        case again
        /// Give the slot back and begin another try after a pause.
        case retry(after: Duration)
        /// The job has failed.
        case giveUp
    }

    /// A try failed.
    ///
    /// Only failures that can pass by themselves are tried again, after pauses that double; a run that brought new bytes gives the budget back.
    /// Too many or too few bytes are fetched again once.
    ///
    /// - Parameters:
    ///   - error: Why.
    ///   - jitter: 0.0 … 1.0: where in the pause's spread this one lies, so that many do not come back at once.
    /// - Returns: What to do.
    public mutating func failed(_ error: RoostError, jitter: Double = 0.5) -> Verdict {
        // Bytes with the wrong digest have been compared with a second copy by now.
        guard error.code != .digestMismatch else { return .giveUp }
        if error.code == .sizeMismatch {
            sizeMismatches += 1
            // Wrong bytes were deleted; what is here is counted anew.
            forget()
            return sizeMismatches < 2 ? .again : .giveUp
        }
        guard error.isTransient else { return .giveUp }
        if downloadedBytes > bytesAtStart { retryCount = 0 }
        bytesAtStart = downloadedBytes
        guard retryCount < maxRetries else { return .giveUp }
        let pause = Self.pause(after: retryCount, jitter: jitter)
        retryCount += 1
        stage = .waitingForNetwork
        return .retry(after: max(pause, error.retryAfter ?? .zero))
    }

    /// One second, doubled for each failure before, five minutes at most; a quarter more or less by chance.
    private static func pause(after failures: Int, jitter: Double) -> Duration {
        let seconds = min(300, Double(1 << min(failures, 9)))
        return .milliseconds(Int64(seconds * (750 + 500 * min(max(jitter, 0), 1))))
    }
}
