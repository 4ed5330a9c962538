public import Logging
public import RoostCore

/// The Hub's protocol and the Hub cache: resolves a repository, lists its files, downloads and verifies them.
///
/// A request that fails for a moment is made again in place, after pauses of less than two seconds together. When to try again after that is the
/// caller's decision: `RoostError.isTransient` and `retryAfter` say whether and when.
/// The token goes to the endpoint's own origin only, and into no error and no log.
public final class HubClient: Sendable {
    let transport: HubTransport
    let routes: HubRoutes
    let cache: HubCache
    let space: DiskSpace
    let planned: PlannedSpace
    /// A larger file is asked for in parts only.
    let largestWhole: Int64
    let disk = DiskThreads()
    /// Holds all downloads of this client together below a rate.
    public let bandwidth = BandwidthLimiter()
    let clock: any Clock<Duration>
    let logger: Logger

    /// Makes a client with connections of its own; end it with `shutdown()`.
    ///
    /// - Parameters:
    ///   - configuration: Where the Hub is, who asks, and where files go.
    ///   - logger: Gets one line a request at level debug.
    public convenience init(configuration: HubConfiguration, logger: Logger) {
        self.init(configuration: configuration, logger: logger, clock: ContinuousClock(), space: DiskSpace(reserve: configuration.diskReserve))
    }

    init(
        configuration: HubConfiguration, logger: Logger, clock: any Clock<Duration>, space: DiskSpace, largestWhole: Int64 = FileSource.largestWhole,
        pauses: [Duration] = HubTransport.usualPauses
    ) {
        self.transport = HubTransport(
            connections: HubConnections(configuration), configuration: configuration, logger: logger, clock: clock, pauses: pauses)
        self.routes = HubRoutes(endpoint: configuration.endpoint)
        self.cache = configuration.cache
        self.space = space
        self.planned = PlannedSpace(cache: configuration.cache)
        self.largestWhole = largestWhole
        self.clock = clock
        self.logger = logger
    }

    /// Closes the connections. Calls under way fail.
    ///
    /// - Throws: When the connections do not close in order.
    public func shutdown() async throws {
        try await transport.connections.shutdown()
        try await disk.shutdown()
    }
}
