import RoostCore

/// Runs `work` and cancels it at the deadline.
///
/// - Throws: `RoostError` with code `timedOut` at the deadline, else what `work` throws.
func withDeadline<Value: Sendable>(
    _ deadline: ContinuousClock.Instant, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(until: deadline, clock: .continuous)
            throw RoostError(.timedOut, "The answer was not complete within the time the request allows (`timeout`); allow more, or ask for less.")
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
