import RoostCore
import ServiceLifecycle

/// Runs `work` and cancels it at the deadline, or some time after the server was asked to stop.
///
/// - Parameters:
///   - deadline: When the time is over.
///   - drain: How long the work may go on after the server was asked to stop.
///   - what: The sentence for a deadline that has passed.
///   - work: What to do.
/// - Returns: What `work` returns.
/// - Throws: `RoostError` with code `timedOut` or `shuttingDown`, else what `work` throws.
func withDeadline<Value: Sendable>(
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
            throw StreamingBody.shuttingDown
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
