/// The scheme, host and port of a URL. The token is sent only to URLs with the same origin.
public struct HTTPOrigin: Sendable, Hashable, CustomStringConvertible {
    /// The URL schemes that Roost supports.
    public enum Scheme: String, Sendable, Hashable {
        /// Plain HTTP.
        case http
        /// HTTP over TLS.
        case https

        /// The port of a URL without a port.
        public var defaultPort: Int { self == .http ? 80 : 443 }
    }

    /// The scheme.
    public let scheme: Scheme
    /// The host in lower case; an IPv6 address without its brackets.
    public let host: String
    /// The port, 1 to 65535.
    public let port: Int

    init(scheme: Scheme, host: String, port: Int) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    /// `https://huggingface.co` or `http://127.0.0.1:8006`.
    public var description: String {
        let shownHost = host.contains(":") ? "[\(host)]" : host
        return "\(scheme.rawValue)://\(shownHost)" + (port == scheme.defaultPort ? "" : ":\(port)")
    }
}
