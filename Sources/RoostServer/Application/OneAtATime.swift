/// Lets one caller at a time work on a thing, and the others wait for it: most of them then find what they wanted done.
actor OneAtATime<Thing: Hashable & Sendable> {
    /// Who waits, by the things that are worked on.
    private var waiting: [Thing: [CheckedContinuation<Void, Never>]] = [:]

    /// Works on a thing when no other caller does.
    ///
    /// - Parameters:
    ///   - thing: What is worked on.
    ///   - work: What to do.
    /// - Returns: What `work` returns.
    /// - Throws: What `work` throws.
    func alone<Value: Sendable>(with thing: Thing, _ work: @Sendable () async throws -> Value) async throws -> Value {
        while waiting[thing] != nil {
            await withCheckedContinuation { waiting[thing, default: []].append($0) }
        }
        waiting[thing] = []
        defer { for waiter in waiting.removeValue(forKey: thing) ?? [] { waiter.resume() } }
        return try await work()
    }
}
