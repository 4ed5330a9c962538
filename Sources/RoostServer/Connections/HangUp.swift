import NIOCore
import Synchronization

/// Tells when the client of a connection has hung up.
///
/// Reading on would tell it too, but uses the connection up: what comes next may be the client's next request.
final class HangUp: Sendable {
    private struct State {
        var hasHappened = false
        var waiting: [Int: AsyncStream<Never>.Continuation] = [:]
        var last = 0
    }

    private let state = Mutex(State())

    /// Waits until the client has hung up, or the task is cancelled.
    func wait() async {
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        let key = state.withLock { state -> Int? in
            guard !state.hasHappened else { return nil }
            state.last += 1
            state.waiting[state.last] = continuation
            return state.last
        }
        guard let key else { return }
        for await _ in stream {}
        state.withLock { _ = $0.waiting.removeValue(forKey: key) }
    }

    /// Runs `work`, and cancels it when the client hangs up.
    ///
    /// - Parameter work: What to do.
    /// - Returns: What `work` returns.
    /// - Throws: `CancellationError` when the client hangs up first; what `work` throws.
    func cancelling<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await work() }
            group.addTask {
                await self.wait()
                throw CancellationError()
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }

    fileprivate func happened() {
        let waiting = state.withLock { state in
            state.hasHappened = true
            return state.waiting.values
        }
        for continuation in waiting { continuation.finish() }
    }
}

/// Hears of the end of what a client sends, and of its connection.
final class HangUpHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny
    typealias InboundOut = NIOAny

    let hangUp = HangUp()

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { hangUp.happened() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        hangUp.happened()
        context.fireChannelInactive()
    }
}

extension RoostContext {
    /// What tells that this request's client has hung up.
    func hangUp() async throws -> HangUp {
        let channel = channel
        return try await channel.eventLoop.submit { try channel.pipeline.syncOperations.handler(type: HangUpHandler.self).hangUp }.get()
    }
}
