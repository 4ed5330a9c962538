package import RoostCore
import ServiceLifecycle

/// Runs `work` and cancels it at the deadline, or some time after a request to stop the server.
///
/// - Parameters:
///   - deadline: The deadline.
///   - drain: The most time for the work after a request to stop the server.
///   - late: Returns the error when the deadline has passed, while the work goes on.
///   - work: The work.
/// - Returns: The result of `work`.
/// - Throws: The error of `late`; `RoostError` with code `shuttingDown`; the errors of `work`.
package func withDeadline<Value: Sendable>(
    _ deadline: ContinuousClock.Instant, drain: Duration, late: @escaping @Sendable () async -> RoostError,
    _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(until: deadline, clock: .continuous)
            throw await late()
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
