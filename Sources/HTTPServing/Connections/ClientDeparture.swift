import NIOCore

/// A request to a connection's guard to report when the client has disconnected.
package struct DepartureWatch: Sendable {
    /// Whether a client that has closed only its sending side counts as connected for a while: see `HTTPLimits.halfClose`.
    package var allowsHalfClose = false
    /// Called once, at the latest at the end of the connection; not if the answer is complete before.
    package let onDeparture: @Sendable () -> Void
}

extension Channel {
    /// Runs some work while the client is connected. The connection can be used for further requests afterwards.
    ///
    /// - Parameters:
    ///   - allowsHalfClose: Whether a client that has closed only its sending side counts as connected for a while.
    ///   - work: The work; it is cancelled when the client disconnects.
    /// - Returns: The result of `work`.
    /// - Throws: `CancellationError` when the client has disconnected; the errors of `work`.
    package func whileClientStays<Value: Sendable>(
        allowsHalfClose: Bool = false, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let (departure, source) = AsyncStream<Void>.makeStream()
        let isWatching = eventLoop.makePromise(of: Void.self)
        isWatching.futureResult.whenFailure { _ in
            // A closed connection has no guard any more; one without a guard is watched for its end.
            self.closeFuture.whenComplete { _ in source.finish() }
        }
        triggerUserOutboundEvent(DepartureWatch(allowsHalfClose: allowsHalfClose) { source.finish() }, promise: isWatching)
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
