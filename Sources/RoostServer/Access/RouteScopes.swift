import Access
import HTTPTypes
import Hummingbird
import RoostCore

/// What each route needs. A route that is not listed here is refused to every key.
///
/// The routes are named by the router's own patterns, so that what is checked is what runs; `{}` stands for a parameter
/// of any name. `HEAD` is like `GET`.
enum RouteScopes {
    /// What a route needs.
    enum Need: Sendable, Hashable {
        /// Nothing, not even a key.
        case nothing
        /// Any key.
        case key
        /// A key with one of these scopes, or `admin`.
        case scope(Set<KeyScope>)
    }

    /// Returns what a route needs.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - pattern: The pattern of the route, such as `/jobs/{id}`.
    /// - Returns: What it needs; `nil` for a route that is not listed.
    static func need(of method: HTTPRequest.Method, _ pattern: String) -> Need? {
        let parts = pattern.split(separator: "/").map { $0.hasPrefix("{") ? "{}" : $0 }
        return table["\(method == .head ? "GET" : method.rawValue) /\(parts.joined(separator: "/"))"]
    }

    /// The needs by method and pattern.
    static let table: [String: Need] = {
        var table: [String: Need] = [:]
        func add(_ need: Need, _ routes: [String]) { for route in routes { table[route] = need } }
        add(.nothing, open)
        add(.key, lists)
        add(.scope([.chat]), chat)
        add(.scope([.pull]), pulls)
        add(.scope([.pull, .read]), jobs)
        add(.scope([.read]), reads)
        add(.scope([.admin]), administration)
        return table
    }()

    /// The page's files are the same for all; `/` itself asks programs for a key.
    private static let open = ["GET /health", "GET /", "GET /page/{}/{}", "GET /page/me", "POST /page/login", "POST /page/logout"]

    /// What programs ask first, whatever they do next.
    private static let lists = [
        "GET /openapi.json", "GET /usage", "GET /models", "GET /models/{}", "GET /models/{}/{}", "GET /models/{}/{}/**", "GET /aliases",
        "GET /v1/models", "GET /v1/models/{}", "GET /v1/models/{}/{}",
        "GET /api/version", "GET /api/tags", "GET /api/ps", "POST /api/show",
    ]

    private static let chat = [
        "POST /chat", "GET /sessions/{}", "DELETE /sessions/{}",
        "POST /v1/chat/completions", "POST /v1/completions", "POST /v1/embeddings", "POST /v1/rerank",
        "POST /v1/tokenize", "POST /v1/detokenize", "POST /v1/apply-template", "POST /tokenize", "POST /detokenize", "POST /apply-template",
        "POST /v1/responses", "GET /v1/responses/{}", "DELETE /v1/responses/{}", "POST /v1/responses/{}/cancel",
        "GET /v1/responses/{}/input_items",
        "POST /v1/messages", "POST /v1/messages/count_tokens",
        "POST /api/chat", "POST /api/generate", "POST /api/embed", "POST /api/embeddings",
    ]

    private static let pulls = [
        "POST /pull", "DELETE /jobs/{}", "POST /jobs/{}/cancel", "POST /jobs/{}/pause", "POST /jobs/{}/resume", "POST /jobs/{}/retry",
        "POST /jobs/{}/priority", "POST /jobs/{}/rate", "POST /api/pull",
    ]

    private static let jobs = ["GET /jobs", "GET /jobs/events", "GET /jobs/{}", "GET /jobs/{}/files", "GET /jobs/{}/events"]

    private static let reads = ["GET /partials", "GET /bandwidth", "GET /status", "GET /engines", "GET /metrics"]

    private static let administration = [
        "GET /audit", "GET /settings", "GET /jobs/export", "POST /jobs/prune", "PUT /bandwidth", "DELETE /bandwidth", "GET /diag",
        "POST /models/load", "POST /models/unload", "POST /models/tune", "POST /models/untune", "POST /models/gc", "POST /models/verify",
        "POST /models/repair", "DELETE /models/{}", "DELETE /models/{}/{}", "DELETE /models/{}/{}/**",
        "POST /models/{}/load", "POST /models/{}/unload", "POST /models/{}/reload", "POST /models/{}/{}/load", "POST /models/{}/{}/unload",
        "POST /models/{}/{}/reload",
        "PUT /aliases/{}", "PUT /aliases/{}/{}", "PUT /aliases/{}/{}/**", "DELETE /aliases/{}", "DELETE /aliases/{}/{}",
        "DELETE /aliases/{}/{}/**",
        "DELETE /api/delete", "POST /api/copy", "POST /api/create", "POST /api/blobs/{}", "GET /api/blobs/{}",
    ]
}

/// Checks what the route of a request needs, after the router has found it and before anything of it runs.
struct ScopeMiddleware: RouterMiddleware {
    let accounts: KeyAccounts

    @concurrent func handle(
        _ request: Request, context: RoostContext, next: @concurrent (Request, RoostContext) async throws -> Response
    ) async throws -> Response {
        let need = try Self.check(request.method, context.endpointPath, for: context.caller)
        // Before the body is read, as the key.
        if need == .scope([.chat]) { try accounts.arrive(context.caller) }
        return try await next(request, context)
    }

    /// - Returns: What the route needs; `nil` without a route.
    /// - Throws: `RoostError` with code `unauthorized` or `forbidden`.
    @discardableResult static func check(_ method: HTTPRequest.Method, _ pattern: String?, for caller: Caller) throws -> RouteScopes.Need? {
        // No route: the answer is 404, to those who may ask.
        guard let pattern else {
            try caller.requireKnown()
            return nil
        }
        let need = RouteScopes.need(of: method, pattern)
        switch need {
        case .nothing?: break
        case .key?: try caller.require(nil)
        case .scope(let scopes)?: try caller.require(scopes)
        case nil:
            try caller.requireKnown()
            if let key = caller.key {
                throw RoostError(.forbidden, "No key may use this route, because its scope is not known; please report it. The key is \(key.id).")
            }
        }
        return need
    }
}
