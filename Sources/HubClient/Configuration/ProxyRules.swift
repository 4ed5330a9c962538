import RoostCore

/// The proxies for requests, from the environment variables that curl and Python's tools use. The HTTP library does not
/// read them.
public struct ProxyRules: Sendable, Hashable {
    private var byScheme: [HTTPOrigin.Scheme: ProxyServer] = [:]
    /// The hosts that are contacted without a proxy.
    private var exceptions: [Exception] = []

    private struct Exception: Sendable, Hashable {
        /// A name in lower case without a leading dot; `*` for every host.
        let host: String
        let port: Int?

        func covers(_ origin: HTTPOrigin) -> Bool {
            guard port == nil || port == origin.port, !host.isEmpty else { return false }
            return host == "*" || origin.host == host || origin.host.hasSuffix("." + host)
        }
    }

    /// Creates rules without proxies.
    public init() {}

    /// Reads the variables; the lower-case spelling takes precedence, as in curl.
    ///
    /// - `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`: the proxy for https URLs, for http URLs, and for URLs without one of
    ///   these.
    /// - `NO_PROXY`: hosts without a proxy, separated by commas: `example.com` includes its subdomains, `10.0.0.7:8443`
    ///   only that port, `*` all hosts.
    ///
    /// - Parameter environment: The variables by name.
    /// - Throws: `RoostError` with code `invalidConfiguration`; `field` names the variable.
    public init(environment: [String: String]) throws {
        func value(_ name: String) -> String? {
            [name.lowercased(), name].lazy.compactMap { environment[$0] }.first { !$0.allSatisfy(\.isWhitespace) }
        }
        func proxy(_ name: String) throws -> ProxyServer? { try value(name).map { try ProxyServer(parsing: $0, from: name) } }
        let general = try proxy("ALL_PROXY")
        byScheme[.https] = try proxy("HTTPS_PROXY") ?? general
        byScheme[.http] = try proxy("HTTP_PROXY") ?? general
        exceptions = (value("NO_PROXY") ?? "").split { $0 == "," || $0.isWhitespace }.map { Self.exception(String($0).lowercased()) }
    }

    /// All proxies.
    var servers: Set<ProxyServer> { Set(byScheme.values) }

    /// Returns the proxy for an origin.
    ///
    /// - Parameter origin: The origin of the request's URL.
    /// - Returns: The proxy; `nil` for a direct connection, which is always used for servers on this machine.
    public func proxy(for origin: HTTPOrigin) -> ProxyServer? {
        guard let proxy = byScheme[origin.scheme], !Self.isLoopback(origin.host) else { return nil }
        return exceptions.contains { $0.covers(origin) } ? nil : proxy
    }

    private static func isLoopback(_ host: String) -> Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    private static func exception(_ text: String) -> Exception {
        var host = text[...]
        var port: Int?
        // An IPv6 address contains colons; its port follows the bracket.
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            port = Int(host[host.index(after: end)...].dropFirst())
            host = host[host.index(after: host.startIndex)..<end]
        } else if host.count(where: { $0 == ":" }) == 1, let colon = host.firstIndex(of: ":") {
            port = Int(host[host.index(after: colon)...])
            host = host[..<colon]
        }
        if host.hasPrefix("*.") { host = host.dropFirst() }
        while host.hasPrefix(".") { host = host.dropFirst() }
        return Exception(host: String(host), port: port)
    }
}
