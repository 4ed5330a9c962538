import Foundation
package import RoostCore

/// The server that a load generator measures.
package struct BenchTarget: Sendable {
    private static let path = "/v1/chat/completions"

    /// The URL of the requests.
    package let url: String
    /// The key for the `Authorization` header.
    let key: SecretToken?

    /// Creates a target.
    ///
    /// - Parameters:
    ///   - url: The server, such as `http://127.0.0.1:8080`, or with `/v1`, or the whole URL of its chat completions.
    ///   - key: The key, if the server wants one.
    /// - Throws: `RoostError` with code `invalidRequest` when it is not such a URL.
    package init(url: String, key: SecretToken? = nil) throws {
        guard let parts = URLComponents(string: url), ["http", "https"].contains(parts.scheme?.lowercased()), parts.host?.isEmpty == false else {
            throw RoostError(
                .invalidRequest, "\(url.quotedForPeople) is not the URL of a server; it should look like http://127.0.0.1:8080.", field: "url")
        }
        guard parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil else {
            throw RoostError(
                .invalidRequest, "The URL of the server may hold neither a password, nor a query, nor a fragment; a key belongs in ROOST_BENCH_KEY.",
                field: "url")
        }
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.url =
            if base.hasSuffix("/chat/completions") { base } else if base.hasSuffix("/v1") { base + Self.path.dropFirst(3) } else { base + Self.path }
        self.key = key
    }
}
