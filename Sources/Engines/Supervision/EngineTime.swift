/// The time since an arbitrary start, and waiting: a clock of any type.
struct EngineTime: Sendable {
    /// The time since the start.
    let now: @Sendable () -> Duration
    /// Waits for a duration; throws `CancellationError`.
    let sleep: @Sendable (Duration) async throws -> Void

    init(_ clock: some Clock<Duration>) {
        let start = clock.now
        now = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(until: clock.now.advanced(by: $0), tolerance: nil) }
    }

    /// Runs `body` for at most `limit`.
    ///
    /// - Returns: Whether `body` finished in time.
    func finishes(within limit: Duration, _ body: @escaping @Sendable () async throws -> Void) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await body()
                return true
            }
            group.addTask {
                try await sleep(limit)
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }
}
