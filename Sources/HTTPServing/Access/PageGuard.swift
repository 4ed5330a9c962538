package import HTTPTypes
package import Hummingbird
import RoostCore

/// Decides which web pages may use a server through the browser of their reader.
///
/// Browsers send requests for any page, and name the page in `Origin`, or, where that is missing, describe it in
/// `Sec-Fetch-Site`. Other programs send neither.
package struct PageGuard: Sendable {
    /// The hosts whose pages may use the server, in addition to the server's own.
    package let allowedHosts: [HostName]
    /// Whether pages of this machine may use the server by its loopback address: the program that serves them can reach
    /// it anyway.
    package let trustsThisMachine: Bool

    package init(allowedHosts: [HostName], trustsThisMachine: Bool) {
        self.allowedHosts = allowedHosts
        self.trustsThisMachine = trustsThisMachine
    }

    /// The origin of a request.
    package enum Verdict: Sendable, Hashable {
        /// A program, or a page of this server.
        case ours
        /// A page that may use this server, with its origin as sent by the browser.
        case allowed(origin: String)
        /// A page that may not, as described by the browser.
        case foreign(page: String)
    }

    /// Returns the origin of a request.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - host: The host it is for.
    /// - Returns: The origin.
    package func verdict(on request: Request, for host: HostName) -> Verdict {
        let isHere = trustsThisMachine && host.isLoopback
        let site = request.headers[.secFetchSite]?.lowercased()
        guard let text = request.headers[.origin] else {
            // Another port of the same host is another origin of the same site.
            let isOurs = site == nil || site == "same-origin" || site == "none" || isHere && site == "same-site"
            return isOurs ? .ours : .foreign(page: "another site")
        }
        guard let origin = WebOrigin(text) else { return .foreign(page: text.quotedForPeople) }
        // Without a port in `Host`, only the browser can tell whether the page has the same origin.
        if origin.isSame(as: host), site == nil || site == "same-origin" { return .ours }
        let isAllowed = isHere && origin.host.isLoopback || origin.host.isNamed(in: allowedHosts, defaultPorts: [origin.port])
        return isAllowed ? .allowed(origin: text) : .foreign(page: text.quotedForPeople)
    }
}

extension HTTPField.Name {
    /// Whether a request comes from a page of the same site.
    package static let secFetchSite = Self("Sec-Fetch-Site") ?? .origin
}
