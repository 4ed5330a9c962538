import HTTPTypes
import Hummingbird
import RoostCore

extension Request {
    /// Returns the host of the request.
    ///
    /// - Returns: The host in the `Host` header. (The host in the request line of a proxy request is removed before.)
    /// - Throws: `RoostError` with code `invalidRequest` when there is none, more than one, or an invalid one (RFC
    ///   9112, section 3.2).
    package func host() throws -> HostName {
        // The first `Host` header became the authority; another one must not follow.
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
