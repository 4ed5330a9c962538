public import Hummingbird
import NIOCore

/// What every request of Roost's API carries along.
public struct RoostContext: RequestContext {
    /// Hummingbird's own part.
    public var coreContext: CoreRequestContextStorage
    /// The client's connection.
    let channel: any Channel

    /// Made by the server for each request.
    ///
    /// - Parameter source: The connection and the logger.
    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// The largest body that is read, in bytes; a larger one gets 413.
    public var maxUploadSize: Int { Self.maxBodyBytes }

    /// 1 MiB.
    static let maxBodyBytes = 1 << 20
}
