import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// A `GuardedChannel` behind TLS. Each connection begins with the newest certificate.
struct EncryptedChannel: ServerChildChannel {
    typealias Value = GuardedChannel.Value

    let inner: GuardedChannel
    let certificates: TLSCertificates

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificates.context))
        }.flatMap { inner.setup(channel: channel, logger: logger) }
    }

    func handle(value: Value, logger: Logger) async { await inner.handle(value: value, logger: logger) }
}
