import Logging
import RoostCore

/// Decides whether a request that failed is made again in place, after a short pause, before the failure counts against the whole pull. A pure value.
///
/// A hub that stumbles for a moment answers the next request; one that is down, or asks for a longer wait, is the job's affair: it gives its slot to
/// others meanwhile, and has a budget of tries.
struct Repetition: Sendable {
    /// The pauses after the first failure in a row, the second, and so on; after the last one the failure stands.
    private let pauses: [Duration]
    private var failures = 0
    private var repeated = 0
    private var bytes: Int64 = 0

    /// Who needed longer to fail made everybody wait already.
    static let quick: Duration = .seconds(5)
    /// A server that asks for a longer wait gets it without a slot being held.
    static let longestWait: Duration = .seconds(3)
    /// A body that breaks off again and again brings a little each time; so often at most, whatever it brings.
    static let most = 12
    /// What is worth another row of tries.
    static let progress: Int64 = 1 << 20

    /// - Parameter pauses: The pauses; none for one attempt and no more.
    init(pauses: [Duration]) { self.pauses = pauses }

    /// A request has failed.
    ///
    /// - Parameters:
    ///   - error: Why.
    ///   - took: How long it took to fail.
    ///   - bytes: How many bytes of what is fetched are here.
    /// - Returns: How long to wait before it is made again; `nil` when the failure stands.
    mutating func pause(after error: RoostError, took: Duration, bytes: Int64 = 0) -> Duration? {
        let hasProgress = bytes - self.bytes >= Self.progress
        if hasProgress {
            failures = 0
            self.bytes = bytes
        }
        guard error.isTransient, hasProgress || took <= Self.quick, failures < pauses.count, repeated < Self.most else { return nil }
        // Too many requests, and no word about when fewer would be enough: a moment later would be too many again.
        guard error.code != .rateLimited || error.retryAfter != nil, error.retryAfter ?? .zero <= Self.longestWait else { return nil }
        defer {
            failures += 1
            repeated += 1
        }
        return max(pauses[failures], error.retryAfter ?? .zero)
    }
}

extension HubTransport {
    /// Makes a request, and makes it again in place where `Repetition` says so.
    ///
    /// - Parameter request: One attempt, with all that its answer must be.
    /// - Returns: What the request returns.
    /// - Throws: What the last attempt threw; `CancellationError`, also while waiting.
    func repeating<Result>(_ request: () async throws -> Result) async throws -> Result {
        var repetition = Repetition(pauses: pauses)
        while true {
            let start = ContinuousClock.now
            do {
                return try await request()
            } catch let error as RoostError {
                guard let pause = repetition.pause(after: error, took: ContinuousClock.now - start) else { throw error }
                try await wait(pause, after: error)
            }
        }
    }

    /// Asks about a repository, in place again where that can help.
    ///
    /// - Parameter address: As for `get`.
    /// - Returns: An answer of success; its body has not been read.
    /// - Throws: As `get` and `HubAnswer.requireSuccess`.
    func success(at address: String) async throws -> HubAnswer {
        try await repeating {
            let answer = try await get(address, isMetadata: true)
            try answer.requireSuccess()
            return answer
        }
    }

    /// Waits before a request is made again.
    func wait(_ pause: Duration, after error: RoostError) async throws {
        logger.info("a request failed and is repeated: \(error.message)", metadata: ["pause": "\(pause)"])
        // A quarter more or less by chance, so that many do not come back at once; never less than the server asked for.
        try await clock.sleep(for: max(pause * Double.random(in: 0.75...1.25), error.retryAfter ?? .zero))
    }
}
