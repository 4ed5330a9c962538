package import RoostCore
import ServiceLifecycle

/// Runs `work` and cancels it at the deadline, or some time after a request to stop the server.
///
/// - Parameters:
///   - deadline: The deadline.
///   - drain: The most time for the work after a request to stop the server.
///   - what: The sentence of the error when the deadline has passed.
///   - work: The work.
/// - Returns: The result of `work`.
/// - Throws: `RoostError` with code `timedOut` or `shuttingDown`; the errors of `work`.
package func withDeadline<Value: Sendable>(
    _ deadline: ContinuousClock.Instant, drain: Duration,
    what: String = "The answer was not complete within the time the request allows (`timeout`); allow more, or ask for less.",
    _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(until: deadline, clock: .continuous)
            throw RoostError(.timedOut, what)
        }
        group.addTask {
            try await gracefulShutdown()
            try await Task.sleep(for: drain)
            throw RoostError.serverStopping
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}

extension RoostError {
    /// The server is stopping.
    package static var serverStopping: Self { Self(.shuttingDown, "The server is stopping; send the request again in a moment.") }
}
