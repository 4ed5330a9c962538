import Foundation
import RoostCore

/// An HTTP or SOCKS5 proxy, as `HTTPS_PROXY` and its relatives name it.
public struct ProxyServer: Sendable, Hashable, CustomStringConvertible {
    /// How it is spoken to.
    public enum Kind: Sendable, Hashable {
        /// By `CONNECT`, over plain HTTP, for https and http URLs alike.
        case http
        /// SOCKS version 5.
        case socks
    }

    /// How it is spoken to.
    public let kind: Kind
    /// Host name or address.
    public let host: String
    /// The port.
    public let port: Int
    /// User name and password, if it wants any.
    let credentials: Credentials?

    /// What a proxy wants to know.
    struct Credentials: Sendable, Hashable {
        let user: String
        let password: String
    }

    /// Parses a proxy's URL; without a scheme it is an HTTP proxy.
    ///
    /// - Parameters:
    ///   - text: Such as `http://user:secret@proxy.lan:3128` or `socks5://127.0.0.1:1080`.
    ///   - variable: The variable's name, for the error.
    /// - Throws: `RoostError` with code `invalidConfiguration`; the text is not in it, for it may hold a password.
    public init(parsing text: String, from variable: String) throws {
        let full = text.contains("://") ? text : "http://" + text
        guard let url = URLComponents(string: full), let host = url.host, !host.isEmpty, ["", "/"].contains(url.path), url.query == nil,
            let (kind, port) = Self.kinds[url.scheme?.lowercased() ?? ""], (1...65_535).contains(url.port ?? port)
        else {
            throw RoostError(
                .invalidConfiguration,
                "\(variable) must name an HTTP or SOCKS5 proxy, such as http://proxy.example:3128 or socks5://127.0.0.1:1080 (proxies that want TLS themselves are not supported).",
                field: variable)
        }
        self.kind = kind
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        self.port = url.port ?? port
        credentials = url.user.map { Credentials(user: $0, password: url.password ?? "") }
    }

    private static let kinds: [String: (Kind, Int)] = ["http": (.http, 80), "socks5": (.socks, 1080), "socks5h": (.socks, 1080)]

    /// Host and port; never the credentials.
    public var description: String { "\(host):\(port)" }
}
