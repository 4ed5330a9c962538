import Foundation
import RoostCore

/// An HTTP or SOCKS5 proxy, as in the variables `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`.
public struct ProxyServer: Sendable, Hashable, CustomStringConvertible {
    /// The protocol of a proxy.
    public enum Kind: Sendable, Hashable {
        /// `CONNECT` over plain HTTP, for https and http URLs.
        case http
        /// SOCKS version 5.
        case socks
    }

    /// The protocol.
    public let kind: Kind
    /// Host name or address.
    public let host: String
    /// The port.
    public let port: Int
    /// The user name and password, if it needs them.
    let credentials: Credentials?

    /// The credentials for a proxy.
    struct Credentials: Sendable, Hashable {
        let user: String
        let password: String
    }

    /// Parses a proxy's URL; without a scheme it is an HTTP proxy.
    ///
    /// - Parameters:
    ///   - text: A URL such as `http://user:secret@proxy.lan:3128` or `socks5://127.0.0.1:1080`.
    ///   - variable: The variable's name, for the error.
    /// - Throws: `RoostError` with code `invalidConfiguration`. It does not contain the text, which may contain a
    ///   password.
    public init(parsing text: String, from variable: String) throws {
        let full = text.contains("://") ? text : "http://" + text
        guard let url = URLComponents(string: full), let host = url.host, !host.isEmpty, ["", "/"].contains(url.path), url.query == nil,
            let (kind, port) = Self.kinds[url.scheme?.lowercased() ?? ""], (1...65_535).contains(url.port ?? port)
        else {
            throw RoostError(
                .invalidConfiguration,
                "\(variable) must be the URL of an HTTP or SOCKS5 proxy, such as http://proxy.example:3128 or socks5://127.0.0.1:1080 (proxies that want TLS themselves are not supported).",
                field: variable)
        }
        self.kind = kind
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        self.port = url.port ?? port
        credentials = url.user.map { Credentials(user: $0, password: url.password ?? "") }
    }

    private static let kinds: [String: (Kind, Int)] = ["http": (.http, 80), "socks5": (.socks, 1080), "socks5h": (.socks, 1080)]

    /// The host and port, without the credentials.
    public var description: String { "\(host):\(port)" }
}
