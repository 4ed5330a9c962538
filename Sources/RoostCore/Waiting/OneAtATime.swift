/// Allows one caller at a time to work on a thing. The others wait; most of them then find the work done.
package actor OneAtATime<Thing: Hashable & Sendable> {
    /// The waiting callers by thing.
    private var waiting: [Thing: [CheckedContinuation<Void, Never>]] = [:]

    package init() {}

    /// Runs work on a thing when no other caller works on it.
    ///
    /// - Parameters:
    ///   - thing: The thing.
    ///   - work: The work.
    /// - Returns: The result of `work`.
    /// - Throws: The errors of `work`.
    package func alone<Value: Sendable>(with thing: Thing, _ work: @Sendable () async throws -> Value) async throws -> Value {
        while waiting[thing] != nil {
            await withCheckedContinuation { waiting[thing, default: []].append($0) }
        }
        waiting[thing] = []
        defer { for waiter in waiting.removeValue(forKey: thing) ?? [] { waiter.resume() } }
        return try await work()
    }
}
