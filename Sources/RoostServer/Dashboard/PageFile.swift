import HTTPTypes
import Hashing
import Hummingbird
import NIOCore
import RoostCore

/// A file of the web page, as it is embedded in this program.
struct PageFile: Sendable {
    /// All files by name.
    static let all = Dictionary(uniqueKeysWithValues: PageSource.files.map { ($0.name, PageFile(name: $0.name, text: $0.text)) })
    /// The name of the page itself.
    static let indexName = "index.html"
    /// What the addresses of this version's files contain, so that a browser can keep its copies without asking, and never mixes two versions.
    static let version = SHA256.hash(data: PageSource.files.flatMap { "\($0.name)\0\($0.text)\0".utf8 }).prefix(8).map(\.self).hexadecimal

    private static let types = [
        "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml",
    ]
    /// Nothing but the page's own files, and images that the person chooses, is loaded, run or framed. No text becomes HTML.
    private static let policy = [
        "default-src 'self'", "img-src 'self' blob: data:", "object-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        "require-trusted-types-for 'script'", "trusted-types 'none'",
    ].joined(separator: "; ")

    private let bytes: ByteBuffer
    private let tag: String
    private let type: String
    private let isIndex: Bool

    private init(name: String, text: String) {
        let text = name == Self.indexName ? text.replacing("\"/page/", with: "\"/page/\(Self.version)/") : text
        bytes = ByteBuffer(string: text)
        isIndex = name == Self.indexName
        tag = "\"\(SHA256.hash(data: text.utf8).prefix(16).map(\.self).hexadecimal)\""
        type = Self.types[String(name.drop { $0 != "." }.dropFirst())] ?? "text/plain; charset=utf-8"
    }

    /// Whether a request for `/` is a browser's, which shows pages, and not that of a program.
    static func isWanted(by request: Request) -> Bool {
        request.headers[.accept]?.split(separator: ",").contains { $0.drop { $0 == " " }.lowercased().hasPrefix("text/html") } ?? false
    }

    /// Whether a request opens the page from a link on another site. The page tells nothing by itself, and what it asks for later comes
    /// from this server's own page.
    static func isLinked(by request: Request) -> Bool {
        [.get, .head].contains(request.method) && request.routePath == "/" && isWanted(by: request) && request.headers[.origin] == nil
            && request.headers[.secFetchMode] == "navigate" && request.headers[.secFetchDest] == "document"
    }

    /// Returns the answer with this file, or that the browser's copy is still right.
    func response(to request: Request) -> Response {
        // The browser asks for the page itself each time, so a new version is seen at once. The other files have addresses of their version.
        var headers: HTTPFields = [.eTag: tag, .contentSecurityPolicy: Self.policy]
        headers[.cacheControl] = isIndex ? "no-cache" : "public, max-age=31536000, immutable"
        if isIndex { headers[.vary] = "Accept" }
        headers[.xContentTypeOptions] = "nosniff"
        headers[.referrerPolicy] = "no-referrer"
        headers[.openerPolicy] = "same-origin"
        headers[.resourcePolicy] = "same-origin"
        if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = type
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: bytes))
    }
}

extension HTTPField.Name {
    fileprivate static let secFetchMode = Self("Sec-Fetch-Mode") ?? .origin
    fileprivate static let secFetchDest = Self("Sec-Fetch-Dest") ?? .origin
    fileprivate static let referrerPolicy = Self("Referrer-Policy") ?? .origin
    fileprivate static let openerPolicy = Self("Cross-Origin-Opener-Policy") ?? .origin
    fileprivate static let resourcePolicy = Self("Cross-Origin-Resource-Policy") ?? .origin
}
