import AsyncHTTPClient
import NIOCore

/// The HTTP connections to the Hub, to the targets of its redirects, and through each proxy.
struct HubConnections: Sendable {
    /// Checks the targets of redirects.
    let redirects: RedirectGuard
    private let hub: HTTPClient
    private let elsewhere: HTTPClient
    private let proxied: [ProxyServer: HTTPClient]
    private let rules: ProxyRules
    private let origin: HTTPOrigin

    init(_ configuration: HubConfiguration) {
        let redirects = RedirectGuard(configuration.endpoint)
        self.redirects = redirects
        rules = configuration.proxies
        origin = configuration.endpoint.origin
        hub = Self.client(configuration) { redirects.foundHub(at: $0) }
        elsewhere = Self.client(configuration) { try redirects.check($0) }
        // The targets are not checked here, because the proxy makes the connection.
        proxied = Dictionary(uniqueKeysWithValues: rules.servers.map { ($0, Self.client(configuration, through: $0) { _ in }) })
    }

    func client(for url: RemoteURL) -> HTTPClient {
        rules.proxy(for: url.origin).flatMap { proxied[$0] } ?? (url.origin == origin ? hub : elsewhere)
    }

    func shutdown() async throws {
        for client in proxied.values { try await client.shutdown() }
        try await elsewhere.shutdown()
        try await hub.shutdown()
    }

    private static func client(
        _ configuration: HubConfiguration, through proxy: ProxyServer? = nil, onConnection check: @escaping @Sendable (SocketAddress) throws -> Void
    ) -> HTTPClient {
        var http = HTTPClient.Configuration(redirectConfiguration: .disallow)
        http.timeout = .init(connect: TimeAmount(configuration.connectTimeout), read: TimeAmount(configuration.stallTimeout))
        // One TCP connection for each transfer: several files on one HTTP/2 connection would share its window.
        http.httpVersion = .http1Only
        // The caller decides about retries, and a refused connection is reported immediately.
        http.connectionPool.retryConnectionEstablishment = false
        http.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        http.http1_1ConnectionDebugInitializer = { channel in
            do {
                if let address = channel.remoteAddress { try check(address) }
            } catch {
                // The connection pool is informed of the failure first and drops the connection; nothing was sent on
                // it.
                channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
                return channel.eventLoop.makeFailedFuture(error)
            }
            // Few large reads instead of many small ones: each read passes through the pipeline and wakes the reader.
            return channel.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 256 << 10))
        }
        http.proxy = proxy.map(Self.proxy)
        return HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: http)
    }

    private static func proxy(_ proxy: ProxyServer) -> HTTPClient.Configuration.Proxy {
        switch (proxy.kind, proxy.credentials) {
        case (.socks, _): .socksServer(host: proxy.host, port: proxy.port)
        case (.http, nil): .server(host: proxy.host, port: proxy.port)
        case (.http, let known?):
            .server(host: proxy.host, port: proxy.port, authorization: .basic(username: known.user, password: known.password))
        }
    }
}
