import HubClient
import Logging
import RoostCore
import SystemPackage

/// The part of `roost doctor` about the Hub cache.
package struct HubCacheReport: Sendable {
    /// The path of the cache.
    package let path: String
    /// The free space on its disk in bytes.
    package let freeBytes: Int64
    /// The URL of the Hub.
    package let endpoint: String

    /// Examines the cache that a server with this environment uses.
    ///
    /// - Parameter environment: The environment variables.
    /// - Throws: `RoostError` when a variable is invalid or the folder cannot be used.
    package init(environment: [String: String]) async throws {
        let configuration = try HubConfiguration(environment: environment)
        let hub = HubClient(configuration: configuration, logger: Logger(label: "roost"))
        let free = Result { try hub.freeBytes() }
        try await hub.shutdown()
        path = configuration.cacheDirectory.string
        freeBytes = try free.get()
        endpoint = configuration.endpoint.description
    }
}
