import EventLoops
package import HummingbirdCore
package import Logging
package import NIOCore
import NIOHTTP1

/// Hummingbird's HTTP channel with a `ConnectionGuard`.
package struct GuardedChannel: ServerChildChannel {
    package typealias Value = HTTP1Channel.Value

    package let inner: HTTP1Channel
    package let limits: HTTPLimits
    package let counter: ConnectionCounter

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let isAdmitted = counter.admit(channel)
        return inner.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(ConnectionGuard(limits: limits, isAdmitted: isAdmitted), position: .after(decoder))
            // Behind the handler of the value, which is told first that the connection is closed.
            try pipeline.addHandler(ConnectionOwner(value))
            return value
        }
    }

    /// Answers the requests of a connection on its event loop: long work runs on other threads anyway, and a change of threads
    /// for each part of a request is most of the time of a short one.
    package func handle(value: Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopTasks(value.channel.eventLoop)) { await inner.handle(value: value, logger: logger) }
    }
}
