import HTTPTypes
import Hummingbird
import RoostCore

extension Request {
    /// The host that the request is for.
    ///
    /// - Returns: The host of the `Host` header. (What a request line names that is meant for proxies is gone before a request gets here.)
    /// - Throws: `RoostError` with code `invalidRequest` when there is none, more than one, or something that is no host (RFC 9112, section 3.2).
    func host() throws -> HostName {
        // The first one became the authority; what is left is one too many.
        guard !headers.contains(where: { $0.name.canonicalName == "host" }) else {
            throw Self.badHost("The request has more than one Host header; send one.")
        }
        guard let text = head.authority, !text.isEmpty else {
            throw Self.badHost("The request has no Host header; send the name by which you reached this server.")
        }
        guard let host = HostName(text) else { throw Self.badHost("The Host header \(text.quotedForPeople) is not a host with an optional port.") }
        return host
    }

    private static func badHost(_ message: String) -> RoostError { RoostError(.invalidRequest, message, field: "Host") }
}
