import Foundation

/// An absolute `http` or `https` URL, parsed from the text of a server or a user.
///
/// The HTTP client receives the same text from which this type reads the origin, so the two cannot disagree about the
/// target of a request.
struct RemoteURL: Sendable, Hashable {
    /// The text of the URL in the request.
    let text: String
    let origin: HTTPOrigin

    /// Parses a URL, or a reference such as a relative `Location`.
    ///
    /// - Parameters:
    ///   - reference: Printable ASCII without backslash; a URL with a user name or password is refused.
    ///   - base: The base URL for a relative reference.
    init?(_ reference: String, relativeTo base: RemoteURL? = nil) {
        guard reference.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }),
            let url = URL(string: reference, relativeTo: base.flatMap { URL(string: $0.text) })?.absoluteURL,
            let scheme = url.scheme.flatMap({ HTTPOrigin.Scheme(rawValue: $0.lowercased()) }),
            let host = url.host, !host.isEmpty, url.user == nil, url.password == nil
        else { return nil }
        let port = url.port ?? scheme.defaultPort
        guard (1...65_535).contains(port) else { return nil }
        self.text = url.absoluteString
        let bareHost = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        self.origin = HTTPOrigin(scheme: scheme, host: bareHost.lowercased(), port: port)
    }

    /// The URL for logs and errors: without the query, which contains the secret of signed URLs.
    var withoutQuery: String { String(text.prefix { $0 != "?" && $0 != "#" }) }
}
