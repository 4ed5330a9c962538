import HubClient
import Logging
import RoostCore
import SystemPackage

/// What `roost doctor` says about the Hub cache.
public struct HubCacheReport: Sendable {
    /// The cache folder.
    public let path: String
    /// Free bytes on its disk.
    public let freeBytes: Int64
    /// The Hub that pulls come from.
    public let endpoint: String

    /// Looks at the cache that a server with this environment would use.
    ///
    /// - Parameter environment: The environment variables.
    /// - Throws: `RoostError` when a variable or the folder cannot be used.
    public init(environment: [String: String]) async throws {
        let configuration = try HubConfiguration(environment: environment)
        let hub = HubClient(configuration: configuration, logger: Logger(label: "roost"))
        let free = Result { try hub.freeBytes() }
        try await hub.shutdown()
        path = configuration.cacheDirectory.string
        freeBytes = try free.get()
        endpoint = configuration.endpoint.description
    }
}
