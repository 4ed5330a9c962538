import NIOCore

/// Asks the guard of a connection to say when the client has left. A client that has closed only its sending side counts as one that left.
struct DepartureWatch: Sendable {
    /// Is called once, at the latest with the end of the connection; not when the answer is complete before.
    let onDeparture: @Sendable () -> Void
}

extension Channel {
    /// Does some work as long as the client is there. The connection can be used for further requests after it.
    ///
    /// - Parameter work: What to do for the client; cancelled when the client leaves.
    /// - Returns: What `work` returns.
    /// - Throws: `CancellationError` when the client has left; what `work` throws.
    func whileClientStays<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let (departure, source) = AsyncStream<Void>.makeStream()
        let isWatching = eventLoop.makePromise(of: Void.self)
        isWatching.futureResult.whenFailure { _ in
            // A connection that is gone has no guard any more; one that never had a guard cannot be watched.
            if !self.isActive { source.finish() }
        }
        triggerUserOutboundEvent(DepartureWatch { source.finish() }, promise: isWatching)
        return try await withThrowingTaskGroup(of: Value.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await work() }
            group.addTask {
                for await _ in departure {}
                throw CancellationError()
            }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}
