/// Where a web page comes from, as browsers say it in `Origin`: `https://app.example.com`, `http://localhost:3000`.
struct WebOrigin: Sendable, Hashable {
    /// Its host, with the port only if one is written.
    let host: HostName
    /// The port, written or not.
    let port: Int

    /// Reads an origin.
    ///
    /// - Parameter text: The header's value; `nil` results for `null`, for several origins, and for those of programs that are no web pages.
    init?(_ text: String) {
        for (scheme, defaultPort) in [("http://", 80), ("https://", 443)] where text.lowercased().hasPrefix(scheme) {
            guard let host = HostName(String(text.dropFirst(scheme.count))) else { return nil }
            self.host = host
            port = host.port ?? defaultPort
            return
        }
        return nil
    }

    /// Whether the page came from where its request goes.
    ///
    /// - Parameter target: The host of the request. Without a port it has the origin's: a proxy with TLS may stand between.
    /// - Returns: Whether it did.
    func isSame(as target: HostName) -> Bool { host.text == target.text && (target.port.map { $0 == port } ?? (host.port == nil)) }
}
