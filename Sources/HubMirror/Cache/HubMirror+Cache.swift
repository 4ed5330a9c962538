import HTTPServing
import HubClient
import RoostCore

extension HubMirror.Configuration {
    /// Adds the Hub cache of this machine to a mirror, with an optional upstream.
    ///
    /// - Parameters:
    ///   - environment: The Hub's own variables: the path of the cache, and `HF_TOKEN` for the upstream.
    ///   - upstream: The URL of the hub for files that are not in the cache; `nil` for none. (`HF_ENDPOINT` may be the
    ///     URL of this mirror.)
    ///   - diskReserve: The bytes that stay free on the disk of the cache; `nil` for a twentieth of the disk, but at
    ///     most 1 GiB.
    /// - Throws: `RoostError` with code `invalidConfiguration`.
    package mutating func serveCache(environment: [String: String], upstream: String?, diskReserve: Int64? = nil) throws {
        var hub: HubConfiguration
        do {
            hub = try HubConfiguration(environment: environment.merging(["HF_ENDPOINT": upstream ?? ""]) { $1 })
        } catch let error as RoostError where error.field == "HF_ENDPOINT" {
            throw RoostError(
                .invalidConfiguration,
                "--upstream must be an http or https URL without user name, password, query and fragment, such as https://huggingface.co.",
                field: "upstream")
        }
        if upstream == nil { hub.isOffline = true }
        let origin = hub.endpoint.origin
        guard upstream == nil || origin.port != port || !(origin.host == host || HostName(bare: origin.host)?.isLoopback == true) else {
            throw RoostError(
                .invalidConfiguration, "\(hub.endpoint) is this mirror itself; name the hub to fetch from with --upstream.", field: "upstream")
        }
        hub.diskReserve = diskReserve
        // Clients wait ten seconds for an answer.
        hub.connectTimeout = min(hub.connectTimeout, .seconds(4))
        hub.metadataTimeout = min(hub.metadataTimeout, .seconds(8))
        cache = hub
    }
}
