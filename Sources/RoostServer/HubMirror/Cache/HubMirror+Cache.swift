import HubClient
import RoostCore

extension HubMirror.Configuration {
    /// Serves the Hub cache of this machine, too, and what an upstream has.
    ///
    /// - Parameters:
    ///   - environment: The Hub's own variables: where the cache is, and with `HF_TOKEN` who asks the upstream.
    ///   - upstream: The URL of a hub to fetch from what is not here; `nil` for none. (`HF_ENDPOINT` may well name this mirror.)
    ///   - diskReserve: Bytes that stay free on the disk of the cache; `nil` for a twentieth of it, but at most a GiB.
    /// - Throws: `RoostError` with code `invalidConfiguration`.
    public mutating func serveCache(environment: [String: String], upstream: String?, diskReserve: Int64? = nil) throws {
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
