import HTTPTypes
import Hummingbird
import RoostCore

/// Refuses requests whose `Host` is not one of ours, so that no web page can reach a loopback server through a name of its own (DNS rebinding).
///
/// Allowed: loopback names and addresses, the configured names, and, when the server listens to other machines, any plain address.
struct HostCheckMiddleware: RouterMiddleware {
    let allowedHosts: Set<String>
    let allowsAnyAddress: Bool

    @concurrent func handle(
        _ request: Request, context: RoostContext, next: @concurrent (Request, RoostContext) async throws -> Response
    ) async throws -> Response {
        let host = HostName(request.head.authority ?? "")
        guard host.isLoopback || allowedHosts.contains(host.text) || (allowsAnyAddress && host.isAddress) else {
            throw RoostError(
                .forbiddenHost,
                "The Host header \(host.text.quotedForPeople) is not a name of this server. Use its address, or add the name with --allowed-hosts (ROOST_ALLOWED_HOSTS)."
            )
        }
        return try await next(request, context)
    }
}
