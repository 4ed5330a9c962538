public import RoostCore
public import SystemPackage

/// The configuration of a `HubClient`: the Hub, the token and the cache.
public struct HubConfiguration: Sendable {
    /// The Hub's base URL.
    public var endpoint: HubEndpoint
    /// The Hub token; without it only public repositories are accessible.
    public var token: SecretToken?
    /// The folder of the Hub cache, in `huggingface_hub`'s own layout (`$HF_HUB_CACHE`); absolute.
    public var cacheDirectory: FilePath
    /// Whether snapshots consist of symbolic links (`HF_HUB_DISABLE_SYMLINKS`). A file system without links is detected
    /// automatically.
    public var makesLinks = true
    /// The maximum time for opening a connection.
    public var connectTimeout: Duration = .seconds(10)
    /// The maximum time without any byte before a transfer counts as stalled.
    public var stallTimeout: Duration = .seconds(30)

    /// The maximum time for the answer to a metadata request.
    public var metadataTimeout: Duration = .seconds(30)
    /// The proxies for requests.
    public var proxies = ProxyRules()
    /// The bytes to keep free on the disk of the cache; `nil` for a twentieth of it, but at most one GiB.
    public var diskReserve: Int64?
    /// Whether no requests are sent to the Hub, so that only the cache is used.
    public var isOffline = false

    /// Creates a configuration with the default time-outs.
    ///
    /// - Parameters:
    ///   - endpoint: The Hub's base URL.
    ///   - token: The Hub token, if there is one.
    ///   - cacheDirectory: The folder of the Hub cache; absolute.
    public init(endpoint: HubEndpoint, token: SecretToken?, cacheDirectory: FilePath) {
        self.endpoint = endpoint
        self.token = token
        self.cacheDirectory = cacheDirectory
    }

    /// The cache on the disk.
    public var cache: HubCache { HubCache(root: cacheDirectory, makesLinks: makesLinks) }
}
