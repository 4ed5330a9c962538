import HTTPTypes
import Hummingbird
import RoostCore

/// Decides which web pages may use a server through the browser of a person who reads them.
///
/// Browsers send requests for any page, and say in `Origin`, or where that is left out in `Sec-Fetch-Site`, which page it was. Programs say neither.
struct PageGuard: Sendable {
    /// Hosts whose pages may, beside the server's own.
    let allowedHosts: [HostName]
    /// Whether pages of this machine may use the server by its loopback address: the program that serves them can reach it anyway.
    let trustsThisMachine: Bool

    /// Whose request it is.
    enum Verdict: Sendable, Hashable {
        /// A program's, or that of a page of this server.
        case ours
        /// A page's that may use this server; the origin as the browser says it.
        case allowed(origin: String)
        /// Another page's; what the browser says about it.
        case foreign(page: String)
    }

    /// Decides about a request.
    ///
    /// - Parameters:
    ///   - request: What came.
    ///   - host: The host it is for.
    /// - Returns: Whose it is.
    func verdict(on request: Request, for host: HostName) -> Verdict {
        let isHere = trustsThisMachine && host.isLoopback
        let site = request.headers[.secFetchSite]?.lowercased()
        guard let text = request.headers[.origin] else {
            // Another port of the same host is another origin of the same site.
            let isOurs = site == nil || site == "same-origin" || site == "none" || isHere && site == "same-site"
            return isOurs ? .ours : .foreign(page: "another site")
        }
        guard let origin = WebOrigin(text) else { return .foreign(page: text.quotedForPeople) }
        // Where `Host` has no port, the browser knows better whether the page came from there.
        if origin.isSame(as: host), site == nil || site == "same-origin" { return .ours }
        let isAllowed = isHere && origin.host.isLoopback || origin.host.isNamed(in: allowedHosts, defaultPorts: [origin.port])
        return isAllowed ? .allowed(origin: text) : .foreign(page: text.quotedForPeople)
    }
}

extension HTTPField.Name {
    /// Whether the page that made a browser send a request is one of the site it goes to.
    static let secFetchSite = Self("Sec-Fetch-Site") ?? .origin
}
