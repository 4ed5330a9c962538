/// Scheme, host and port: what decides whether two URLs are the same place, and so whether the token may travel.
public struct HTTPOrigin: Sendable, Hashable, CustomStringConvertible {
    /// The two schemes Roost speaks.
    public enum Scheme: String, Sendable, Hashable {
        /// Plain HTTP.
        case http
        /// HTTP over TLS.
        case https

        /// The port a URL of this scheme means when it names none.
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
