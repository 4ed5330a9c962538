import Foundation
import RoostCore

/// The URLs that are allowed as `callback_url`. Without a rule, every client of Roost could make it send requests into
/// its own network, so only the hosts in the operator's list are called.
struct WebhookPolicy: Sendable {
    /// The most bytes of a URL.
    static let longestURL = 2048

    private let allowedHosts: [WebhookHost]

    /// Creates a policy.
    ///
    /// - Parameter allowedHosts: `host` or `host:port`; one without a port allows every port of the host. Empty means that webhooks are off.
    init(allowedHosts: [String]) { self.allowedHosts = allowedHosts.compactMap(WebhookHost.init) }

    /// Creates the policy of the settings. Without a secret nothing can be signed, so no host is allowed.
    ///
    /// - Parameter settings: The settings.
    init(_ settings: ServerSettings) { self.init(allowedHosts: settings.webhookSecret == nil ? [] : settings.webhookAllowedHosts) }

    /// Refuses a URL that may not be called.
    ///
    /// - Parameter url: The `callback_url` as it was sent.
    /// - Throws: `RoostError` with code `invalidRequest` and field `callback_url`.
    func check(_ url: String) throws {
        guard url.utf8.count <= Self.longestURL else { throw refusal("must have at most \(Self.longestURL) bytes; it has \(url.utf8.count).") }
        guard let scheme = ["http://", "https://"].first(where: { url.lowercased().hasPrefix($0) }) else {
            throw refusal("must begin with http:// or https://.")
        }
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }) else {
            throw refusal("must hold printable ASCII without spaces and backslashes; write other characters percent-encoded.")
        }
        guard !url.contains("#") else { throw refusal("must not have a fragment (the part after `#`), which is never sent.") }
        let authority = url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else {
            throw refusal("must not hold a user name or a password; the receiver recognises Roost by the signature of each call.")
        }
        // Both parsers must find the same host: this one, and that of the HTTP client.
        guard let host = WebhookHost(String(authority)), let parsed = URL(string: url), parsed.port == host.port,
            parsed.host()?.lowercased() == host.name.filter({ !"[]".contains($0) })
        else { throw refusal("has no host name or address after \(scheme).") }
        try checkIsAllowed(host, port: host.port ?? (scheme == "https://" ? 443 : 80))
    }

    private func checkIsAllowed(_ host: WebhookHost, port: Int) throws {
        guard !allowedHosts.isEmpty else {
            throw refusal(
                "cannot be used: webhooks are off. To turn them on, start the server with ROOST_WEBHOOK_ALLOWED_HOSTS=\(host.name) and a ROOST_WEBHOOK_SECRET."
            )
        }
        guard allowedHosts.contains(where: { $0.name == host.name && ($0.port == nil || $0.port == port) }) else {
            throw refusal(
                "names \(host.name):\(port), which this server may not call; to allow it, add it to ROOST_WEBHOOK_ALLOWED_HOSTS and restart the server."
            )
        }
    }

    private func refusal(_ rest: String) -> RoostError { RoostError(.invalidRequest, "`callback_url` \(rest)", field: "callback_url") }
}
