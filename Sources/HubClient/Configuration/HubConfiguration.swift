public import RoostCore
public import SystemPackage

/// Where the Hub is, who asks, and where files go.
public struct HubConfiguration: Sendable {
    /// The Hub to talk to.
    public var endpoint: HubEndpoint
    /// The Hub token; without it only public repositories open.
    public var token: SecretToken?
    /// The Hub cache, in `huggingface_hub`'s own layout (`$HF_HUB_CACHE`); absolute.
    public var cacheDirectory: FilePath
    /// Whether snapshots are made of symbolic links (`HF_HUB_DISABLE_SYMLINKS`). A file system that has none is found out without this.
    public var makesLinks = true
    /// How long a connection may take to come up.
    public var connectTimeout: Duration = .seconds(10)
    /// How long the other side may send no byte before the transfer counts as stalled.
    public var stallTimeout: Duration = .seconds(30)

    /// How long the other side may take to answer a question about a repository.
    public var metadataTimeout: Duration = .seconds(30)
    /// Which proxy a request goes through.
    public var proxies = ProxyRules()
    /// Bytes that stay free on the disk of the cache; `nil` for a twentieth of it, but at most a GiB.
    public var diskReserve: Int64?
    /// Whether nothing may be asked of the Hub: what is in the cache is all there is.
    public var isOffline = false

    /// Makes a configuration with the default time-outs.
    ///
    /// - Parameters:
    ///   - endpoint: The Hub to talk to.
    ///   - token: The Hub token, if there is one.
    ///   - cacheDirectory: The Hub cache; absolute.
    public init(endpoint: HubEndpoint, token: SecretToken?, cacheDirectory: FilePath) {
        self.endpoint = endpoint
        self.token = token
        self.cacheDirectory = cacheDirectory
    }

    /// The cache on the disk.
    public var cache: HubCache { HubCache(root: cacheDirectory, makesLinks: makesLinks) }
}
