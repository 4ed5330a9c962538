package import Foundation

/// The time of a service: dates, which are stored and shown, a clock for measured durations, and waiting. Tests pass a
/// source of their own.
package struct TimeSource: Sendable {
    /// Returns the current date.
    package var date: @Sendable () -> Date
    /// Returns the time since a fixed moment. It never goes backwards, also when the date is set.
    package var now: @Sendable () -> Duration
    /// Waits for a duration; throws `CancellationError`.
    package var sleep: @Sendable (Duration) async throws -> Void

    /// Creates a source from a clock.
    ///
    /// - Parameters:
    ///   - clock: The clock for durations and waiting.
    ///   - date: Returns the current date.
    package init(_ clock: some Clock<Duration> = ContinuousClock(), date: @escaping @Sendable () -> Date = { Date() }) {
        let start = clock.now
        self.date = date
        now = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(until: clock.now.advanced(by: $0), tolerance: nil) }
    }

    /// Runs `body` for at most `limit`.
    ///
    /// - Returns: Whether `body` finished in time.
    /// - Throws: The errors of `body`; `CancellationError`.
    package func finishes(within limit: Duration, _ body: @escaping @Sendable () async throws -> Void) async throws -> Bool {
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
