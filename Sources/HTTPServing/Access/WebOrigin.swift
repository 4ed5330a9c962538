/// The origin of a web page in the `Origin` header: `https://app.example.com`, `http://localhost:3000`.
package struct WebOrigin: Sendable, Hashable {
    /// The host, with the port only if it is written.
    package let host: HostName
    /// The port, written or implied.
    package let port: Int

    /// Parses an origin.
    ///
    /// - Parameter text: The value of the header; `nil` for `null`, several origins, and schemes other than http and
    ///   https.
    package init?(_ text: String) {
        for (scheme, defaultPort) in [("http://", 80), ("https://", 443)] where text.lowercased().hasPrefix(scheme) {
            guard let host = HostName(String(text.dropFirst(scheme.count))) else { return nil }
            self.host = host
            port = host.port ?? defaultPort
            return
        }
        return nil
    }

    /// Returns whether the page has the same origin as its request's target.
    ///
    /// - Parameter target: The host of the request. One without a port matches the origin's port, because a proxy with
    ///   TLS may be in front of the server.
    /// - Returns: Whether the origins are the same.
    package func isSame(as target: HostName) -> Bool { host.text == target.text && (target.port.map { $0 == port } ?? (host.port == nil)) }
}
