import Foundation
import HTTPTypes
import Hummingbird
import RoostCore

/// Refuses requests whose `Host` is not one of ours, so that no web page can reach a loopback server through a name of its own (DNS rebinding),
/// and requests that a browser says come from a page of another origin, which may be sent without asking (`text/plain` posts).
///
/// Allowed: loopback names and addresses, the configured names, and, when the server listens to other machines, any plain address.
struct HostCheckMiddleware: RouterMiddleware {
    let allowedHosts: Set<String>
    let allowsAnyAddress: Bool

    @concurrent func handle(
        _ request: Request, context: RoostContext, next: @concurrent (Request, RoostContext) async throws -> Response
    ) async throws -> Response {
        let host = HostName(request.head.authority ?? "")
        guard isOurs(host) else {
            throw RoostError(
                .forbiddenHost,
                "The Host header \(host.text.quotedForPeople) is not a name of this server. Use its address, or add the name with --allowed-hosts (ROOST_ALLOWED_HOSTS)."
            )
        }
        if let origin = request.headers[.origin] {
            guard let page = URL(string: origin)?.host(), isOurs(HostName(page)) else {
                throw RoostError(
                    .forbiddenHost, "A web page of \(origin.quotedForPeople) may not use this server. Add its host with --allowed-hosts if it should."
                )
            }
        }
        return try await next(request, context)
    }

    private func isOurs(_ host: HostName) -> Bool {
        host.isLoopback || allowedHosts.contains(host.text) || (allowsAnyAddress && host.isAddress)
    }
}
