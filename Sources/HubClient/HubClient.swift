public import Logging
public import RoostCore

/// A client for the Hub's protocol and the Hub cache: resolves a repository, lists its files, downloads and verifies
/// them.
///
/// A request that fails temporarily is repeated after pauses of less than two seconds in total. Later tries are the
/// caller's decision: `RoostError.isTransient` and `retryAfter` say whether and when. The token is sent only to the
/// endpoint's own origin, and never appears in errors or logs.
public final class HubClient: Sendable {
    let transport: HubTransport
    let routes: HubRoutes
    package let cache: HubCache
    let space: DiskSpace
    let planned: PlannedSpace
    /// The size in bytes above which a file is requested only in parts.
    let largestWhole: Int64
    let disk = DiskThreads()
    /// The rate limit for all downloads of this client together.
    public let bandwidth = BandwidthLimiter()
    let time: TimeSource
    let logger: Logger

    /// Creates a client with its own connections; end it with `shutdown()`.
    ///
    /// - Parameters:
    ///   - configuration: The Hub, the token and the cache.
    ///   - logger: The logger, with one line per request at level debug.
    public convenience init(configuration: HubConfiguration, logger: Logger) {
        self.init(configuration: configuration, logger: logger, time: TimeSource(), space: DiskSpace(reserve: configuration.diskReserve))
    }

    package init(
        configuration: HubConfiguration, logger: Logger, time: TimeSource, space: DiskSpace, largestWhole: Int64 = FileSource.largestWhole,
        pauses: [Duration] = HubTransport.usualPauses
    ) {
        self.transport = HubTransport(
            connections: HubConnections(configuration), configuration: configuration, logger: logger, time: time, pauses: pauses)
        self.routes = HubRoutes(endpoint: configuration.endpoint)
        self.cache = configuration.cache
        self.space = space
        self.planned = PlannedSpace(cache: configuration.cache)
        self.largestWhole = largestWhole
        self.time = time
        self.logger = logger
    }

    /// Closes the connections. Calls in progress fail.
    ///
    /// - Throws: An error if the connections do not close in order.
    public func shutdown() async throws {
        try await transport.connections.shutdown()
        try await disk.shutdown()
    }
}
