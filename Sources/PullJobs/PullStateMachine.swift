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
    /// How many tries have been begun.
    public private(set) var attempts = 0

    private var presentByFile: [RepositoryFilePath: Int64] = [:]
    private var rate = RateMeter()
    private var failuresWithoutProgress = 0
    private var digestMismatches = 0
    private var bytesAtLastFailure: Int64 = 0

    /// A pull that has not begun.
    public init() {}

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

    /// A try begins.
    public mutating func beginAttempt() { attempts += 1 }

    /// A stage begins.
    ///
    /// - Parameter stage: The stage.
    public mutating func enter(_ stage: PullStage) { self.stage = stage }

    /// The files are chosen.
    ///
    /// - Parameters:
    ///   - sizeBytes: The size of the model files.
    ///   - totalBytes: The size of all files of the pull.
    ///   - quantized: Whether the chosen variant is a quantised one.
    public mutating func planned(sizeBytes: Int64, totalBytes: Int64, quantized: Bool) {
        if totalBytes != self.totalBytes {
            // The repository changed between two tries: what was counted belonged to other files.
            presentByFile = [:]
            downloadedBytes = 0
            bytesAtLastFailure = 0
        }
        self.sizeBytes = sizeBytes
        self.totalBytes = totalBytes
        self.preferredQuantized = quantized
    }

    /// So many bytes of a file are here now.
    ///
    /// - Parameters:
    ///   - bytes: Bytes of this file, counted from its start.
    ///   - file: The file.
    ///   - now: Since the pull's start.
    public mutating func received(_ bytes: Int64, of file: RepositoryFilePath, at now: Duration) {
        presentByFile[file] = bytes
        let sum = presentByFile.values.reduce(0, +)
        downloadedBytes = min(max(downloadedBytes, sum), totalBytes ?? .max)
        rate.record(bytes: sum, at: now)
        guard let totalBytes, stage == .downloading || stage == .verifying else { return }
        // Back from verifying to downloading when bytes turned out wrong and come again.
        stage = sum >= totalBytes ? .verifying : .downloading
    }

    /// What to do after a failure.
    public enum Verdict: Sendable, Hashable {
        /// Begin another try after a pause.
        case retry(after: Duration)
        /// The job has failed.
        case giveUp
    }

    /// A try failed.
    ///
    /// Only failures that can pass by themselves are tried again, with growing pauses; a try that brought new bytes gives the budget back.
    /// Wrong bytes are fetched again once.
    ///
    /// - Parameter error: Why.
    /// - Returns: What to do.
    public mutating func failed(_ error: RoostError) -> Verdict {
        if error.code == .digestMismatch || error.code == .sizeMismatch {
            digestMismatches += 1
            // Wrong bytes were deleted; what is here is counted anew.
            presentByFile = [:]
            downloadedBytes = 0
            return digestMismatches < 2 ? .retry(after: .zero) : .giveUp
        }
        guard error.isTransient else { return .giveUp }
        if downloadedBytes > bytesAtLastFailure { failuresWithoutProgress = 0 }
        bytesAtLastFailure = downloadedBytes
        failuresWithoutProgress += 1
        guard failuresWithoutProgress <= Self.pauses.count else { return .giveUp }
        let pause = max(Self.pauses[failuresWithoutProgress - 1], error.retryAfter ?? .zero)
        stage = .waitingForNetwork
        return .retry(after: pause)
    }

    /// The pauses between tries that bring nothing; about four minutes in all.
    private static let pauses: [Duration] = [1, 2, 4, 8, 15, 30, 30, 30, 60, 60].map { .seconds($0) }
}
