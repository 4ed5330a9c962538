import Access
import HTTPServing
import HTTPTypes
import Hummingbird
import RoostCore

/// The checks that every request to the API passes first.
///
/// Requests for an unknown host are refused, so that no web page can reach a loopback server under a name of its own
/// (DNS rebinding). So are requests that, by the browser's headers, come from a page that may not use this server.
/// Known hosts are loopback names and addresses, the configured names, and every plain address when the server listens
/// to other machines.
///
/// Who sends a request is found out here, from its headers alone; what that allows is decided for the route that the
/// router found (`ScopeMiddleware`), never for a path of its own.
struct FrontDoor<Inner: HTTPResponder<RoostContext>>: HTTPResponder {
    let allowedHosts: [HostName]
    let allowsAnyAddress: Bool
    let proxies: TrustedProxies
    let identify: @Sendable (HTTPFields) -> Caller
    let standings: @Sendable (Caller) -> [LimitLedger.Standing]
    let routes: RouteTable
    let inner: Inner

    func respond(to request: Request, context: RoostContext) async throws -> Response {
        var context = context
        context.caller = Self.needsCaller(request) ? identify(PageKey.headers(of: request)) : .unseen
        context.forwardedAddress = proxies.client(of: context.channel.remoteAddress, request.headers)
        let log = RequestLog(request, context)
        var response: Response
        var page: String?
        do {
            page = try admit(request)
            response = try await answer(request, isPages: page != nil, context)
        } catch {
            response = ProblemMiddleware.response(to: error, request: request, logger: context.logger)
        }
        response.tell(standings(context.caller))
        // The `Access-Control` headers depend on the origin, so caches must separate the answers.
        response.headers[.vary] = response.headers[.vary].map { "\($0), Origin" } ?? "Origin"
        if let page { CrossOrigin.open(&response, to: page) }
        return log.logged(request.method == .head ? response.createHeadResponse() : response)
    }

    /// Whether the answer depends on who asks. A health check is the same for all, and is asked often: no key is looked at.
    private static func needsCaller(_ request: Request) -> Bool {
        request.uri.path != "/health" || (request.method != .get && request.method != .head)
    }

    /// - Returns: The origin of a page on another host that may use this server.
    private func admit(_ request: Request) throws -> String? {
        let host = try request.host()
        // A host without a port comes through a proxy, with or without TLS.
        guard host.isLoopback || host.isNamed(in: allowedHosts, defaultPorts: [80, 443]) || (allowsAnyAddress && host.isAddress) else {
            throw RoostError(
                .forbiddenHost,
                "The Host header \(host.text.quotedForPeople) is not a name of this server. Use its address, or add the name with --allowed-hosts (ROOST_ALLOWED_HOSTS)."
            )
        }
        switch PageGuard(allowedHosts: allowedHosts, trustsThisMachine: true).verdict(on: request, for: host) {
        case .ours: return nil
        case .allowed(let origin): return origin
        case .foreign where PageFile.isLinked(by: request): return nil
        case .foreign(let page):
            throw RoostError(
                .forbiddenHost,
                "A web page of \(page) may not use this server. If it should, start the server with the page's host in --allowed-hosts (ROOST_ALLOWED_HOSTS)."
            )
        }
    }

    /// Answers a request. Nothing more is read for a client that has gone: connections are limited, and so is the work for them.
    private func respondWhileConnected(to request: Request, _ context: RoostContext) async throws -> Response {
        guard [.get, .head].contains(request.method), request.uri.path != "/health" else {
            return try await inner.respond(to: request, context: context)
        }
        return try await context.channel.whileClientStays(allowsHalfClose: true) { try await inner.respond(to: request, context: context) }
    }

    private func answer(_ request: Request, isPages: Bool, _ context: RoostContext) async throws -> Response {
        guard let methods = routes.methods(of: request.uri.path), !methods.contains(request.method.rawValue) || request.method == .options else {
            return try await ServedClient.respond(as: context.client) { try await respondWhileConnected(to: request, context) }
        }
        if request.method != .options { try context.caller.requireKnown() }
        var response = Response(status: .noContent)
        if request.method == .options {
            if isPages { CrossOrigin.answerPreflight(&response, to: request, methods: methods) }
        } else {
            let error = RoostError(
                .methodNotAllowed,
                "\(request.routePath.quotedForPeople) does not support \(request.method); it supports \(methods.joined(separator: ", ")).")
            response = ProblemMiddleware.response(to: error, request: request, logger: context.logger)
        }
        response.headers[.allow] = methods.joined(separator: ", ")
        return response
    }
}
