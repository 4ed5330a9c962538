import Logging
import RoostCore

/// Decides whether a failed request is repeated after a short pause, before the failure counts against the whole pull.
/// A value type without side effects.
///
/// A hub with a temporary failure answers the next request. If it is down, or requests a longer wait, the job handles
/// the failure: it releases its slot in the meantime, and has a limited number of tries.
struct Repetition: Sendable {
    /// The pauses after consecutive failures. After the last one the failure is final.
    private let pauses: [Duration]
    private var failures = 0
    private var repeated = 0
    private var bytes: Int64 = 0

    /// The maximum duration of a failed request that is repeated: a slower failure has already delayed the pull.
    static let quick: Duration = .seconds(5)
    /// The maximum wait that a server may request. During a longer one no slot is held.
    static let longestWait: Duration = .seconds(3)
    /// The maximum number of repetitions for a body that breaks off again and again, even if each brings some bytes.
    static let most = 12
    /// The number of new bytes after which the pauses start over.
    static let progress: Int64 = 1 << 20

    /// - Parameter pauses: The pauses; empty for a single attempt.
    init(pauses: [Duration]) { self.pauses = pauses }

    /// Records a failed request.
    ///
    /// - Parameters:
    ///   - error: The error.
    ///   - duration: The time until the failure.
    ///   - bytes: The number of downloaded bytes.
    /// - Returns: The time to wait before the repetition; `nil` if the failure is final.
    mutating func pause(after error: RoostError, lasting duration: Duration, bytes: Int64 = 0) -> Duration? {
        let hasProgress = bytes - self.bytes >= Self.progress
        if hasProgress {
            failures = 0
            self.bytes = bytes
        }
        guard error.isTransient, hasProgress || duration <= Self.quick, failures < pauses.count, repeated < Self.most else { return nil }
        // There were too many requests, and the server does not say how long to wait. A repetition a moment later would
        // fail too.
        guard error.code != .rateLimited || error.retryAfter != nil, error.retryAfter ?? .zero <= Self.longestWait else { return nil }
        defer {
            failures += 1
            repeated += 1
        }
        return max(pauses[failures], error.retryAfter ?? .zero)
    }
}

extension HubTransport {
    /// Sends a request, and repeats it if `Repetition` allows it.
    ///
    /// - Parameter request: One attempt, including all checks of the response.
    /// - Returns: The result of the request.
    /// - Throws: The error of the last attempt; `CancellationError`, also while waiting.
    func repeating<Result>(_ request: () async throws -> Result) async throws -> Result {
        var repetition = Repetition(pauses: pauses)
        while true {
            let start = ContinuousClock.now
            do {
                return try await request()
            } catch let error as RoostError {
                guard let pause = repetition.pause(after: error, lasting: ContinuousClock.now - start) else { throw error }
                try await wait(pause, after: error)
            }
        }
    }

    /// Sends a metadata request, and repeats it if this can help.
    ///
    /// - Parameter address: As in `get`.
    /// - Returns: A successful response; its body has not been read.
    /// - Throws: The errors of `get` and `HubAnswer.requireSuccess`.
    func success(at address: String) async throws -> HubAnswer {
        try await repeating {
            let answer = try await get(address, isMetadata: true)
            try answer.requireSuccess()
            return answer
        }
    }

    /// Waits before a request is repeated.
    func wait(_ pause: Duration, after error: RoostError) async throws {
        logger.info("a request failed and is repeated: \(error.message)", metadata: ["pause": "\(pause)"])
        // Up to a quarter more or less at random, so that many clients do not return at the same time; never less than
        // the server requested.
        try await time.sleep(max(pause * Double.random(in: 0.75...1.25), error.retryAfter ?? .zero))
    }
}
