import Access
import HTTPServing
import HTTPTypes
import Hummingbird
import NIOCore
import RoostCore

/// `/` and `/page/…`: the web page, and who uses it. `/settings`: the settings as they are in force.
struct PageRoutes: Sendable {
    /// The most bytes of a log-in.
    private static let loginLimit = 1024

    let keys: KeyKeeper
    let settings: ServerSettings

    func add(to router: Router<RoostContext>) {
        router.get("/", use: root)
        let group = router.group("page")
        group.get("me") { _, context in JSON.response(PageVisitor(context.caller)) }
        group.post("login", use: logIn)
        group.post("logout") { request, _ in loggedOut(request) }
        group.get(":version/:file", use: file)
        router.get("settings") { _, _ in JSON.response(Setting.all.map { SettingView($0, in: settings) }) }
    }

    /// The page for browsers. Ollama's clients look here for their server, and get its sentence.
    private func root(_ request: Request, context: RoostContext) throws -> Response {
        if PageFile.isWanted(by: request), let page = PageFile.all[PageFile.indexName] { return page.response(to: request) }
        try context.caller.requireKnown()
        return Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8", .vary: "Accept"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: OllamaRoutes.greeting)))
    }

    private func file(_ request: Request, context: RoostContext) throws -> Response {
        let (version, name) = (try context.parameters.require("version"), try context.parameters.require("file"))
        guard version == PageFile.version, name != PageFile.indexName, let file = PageFile.all[name] else {
            throw RoostError(.notFound, "The page has no file \(name.quotedForPeople) in the version \(version.quotedForPeople); reload the page.")
        }
        return file.response(to: request)
    }

    private func logIn(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let text = try await request.readFields(upTo: Self.loginLimit) { try $0.string("key", maxBytes: 256) }
        let caller = keys.caller(of: [.apiKey: text])
        try caller.requireKnown()
        guard caller.key != nil, let key = APIKey(text) else {
            throw RoostError(.conflict, "This server needs no keys, so there is nothing to log in to; reload the page.")
        }
        let halves = PageKey.split(key)
        var response = JSON.response(PageVisitor(caller, half: halves.page))
        response.headers[.setCookie] = cookie(halves.cookie, seconds: PageKey.cookieLifetime, request)
        response.headers[.cacheControl] = "no-store"
        return response
    }

    private func loggedOut(_ request: Request) -> Response {
        Response(status: .noContent, headers: [.setCookie: cookie("", seconds: 0, request)])
    }

    private func cookie(_ value: String, seconds: Int, _ request: Request) -> String {
        // A proxy with TLS speaks plain HTTP with this server, but the page's origin tells.
        let isEncrypted = settings.tlsCertificate != nil || request.headers[.origin]?.lowercased().hasPrefix("https://") ?? false
        return "\(PageKey.cookie(of: request))=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict\(isEncrypted ? "; Secure" : "")"
    }
}
