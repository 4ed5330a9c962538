import AsyncHTTPClient
import NIOCore

/// The connections to the Hub: direct ones, and a set for each proxy.
struct HubConnections: Sendable {
    private let direct: HTTPClient
    private let proxied: [ProxyServer: HTTPClient]
    private let rules: ProxyRules

    init(_ configuration: HubConfiguration) {
        rules = configuration.proxies
        direct = Self.client(configuration, through: nil)
        proxied = Dictionary(uniqueKeysWithValues: rules.servers.map { ($0, Self.client(configuration, through: $0)) })
    }

    func client(for url: RemoteURL) -> HTTPClient { rules.proxy(for: url.origin).flatMap { proxied[$0] } ?? direct }

    func shutdown() async throws {
        for client in proxied.values { try await client.shutdown() }
        try await direct.shutdown()
    }

    private static func client(_ configuration: HubConfiguration, through proxy: ProxyServer?) -> HTTPClient {
        var http = HTTPClient.Configuration(redirectConfiguration: .disallow)
        http.timeout = .init(connect: TimeAmount(configuration.connectTimeout), read: TimeAmount(configuration.stallTimeout))
        // One TCP connection a transfer: several files over one HTTP/2 connection would share its window.
        http.httpVersion = .http1Only
        // The caller retries, and knows when; a refused connection is told at once.
        http.connectionPool.retryConnectionEstablishment = false
        http.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        // Few large reads instead of many small ones: each costs a way through the pipeline and a turn of the reader.
        http.http1_1ConnectionDebugInitializer = { channel in
            channel.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 256 << 10))
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
