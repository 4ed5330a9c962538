import Access
import HTTPServing
import HTTPTypes
import Hummingbird
import RoostCore

/// The key of a person who has logged in on the page, in two halves: the page keeps one, and a cookie the other.
///
/// A half is random, and tells nothing of the key without the other one. Scripts cannot read the cookie. A browser also sends it
/// to other ports of this host, and with requests that pages of other ports cause; none of those has the page's half. So
/// the cookie alone allows nothing.
enum PageKey {
    /// The seconds after which browsers forget the cookie: 30 days.
    static let cookieLifetime = 30 * 86_400
    /// The bytes of a key's text.
    private static let length = 44

    /// Returns the name of the cookie. Browsers keep one set of cookies for all ports of a host, so the name has the port: servers on one
    /// host have cookies of their own.
    ///
    /// - Parameter request: A request of the page. One whose host cannot be read is refused before its key is needed.
    /// - Returns: `roost_page_8005`, or `roost_page` for a host without a port.
    static func cookie(of request: Request) -> String {
        let port = (try? request.host())?.port
        return port.map { "roost_page_\($0)" } ?? "roost_page"
    }

    /// Splits a key.
    ///
    /// - Parameter key: The key.
    /// - Returns: The halves, in hexadecimal digits.
    static func split(_ key: APIKey) -> (cookie: String, page: String) {
        var generator = SystemRandomNumberGenerator()
        let page = key.text.value.utf8.map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return (zip(key.text.value.utf8, page).map { $0 ^ $1 }.hexadecimal, page.hexadecimal)
    }

    /// Returns the headers of a request with the key that its halves give.
    ///
    /// - Parameter request: The request. One that has a key in its headers, or does not have both halves, or that
    ///   another page has caused, stays as it is.
    /// - Returns: The headers.
    static func headers(of request: Request) -> HTTPFields {
        var headers = request.headers
        guard headers[.authorization] == nil, headers[.apiKey] == nil, let page = headers[.pageHalf].flatMap(bytes),
            let cookie = half(of: request).flatMap(bytes), isFromPage(request)
        else { return headers }
        let text = String(decoding: zip(page, cookie).map { $0 ^ $1 }, as: UTF8.self)
        // Halves of different log-ins give no key; `KeyKeeper` refuses what is none.
        headers[.apiKey] = APIKey(text)?.text.value ?? "none"
        return headers
    }

    /// Whether the browser says that a page of this very origin has caused the request. On plain HTTP browsers leave
    /// `Sec-Fetch-Site` out, and then a request that changes something names its page in `Origin`.
    private static func isFromPage(_ request: Request) -> Bool {
        if let site = request.headers[.secFetchSite], site.lowercased() != "same-origin" { return false }
        if let origin = request.headers[.origin] {
            guard let origin = WebOrigin(origin), let host = try? request.host() else { return false }
            return origin.isSame(as: host)
        }
        return request.headers[.secFetchSite] != nil || [.get, .head].contains(request.method)
    }

    private static func half(of request: Request) -> String? {
        let name = cookie(of: request) + "="
        for line in request.headers[values: .cookie] {
            for part in line.split(separator: ";") {
                let text = part.drop { $0 == " " }
                if text.hasPrefix(name) { return String(text.dropFirst(name.count)) }
            }
        }
        return nil
    }

    private static func bytes(_ digits: String) -> [UInt8]? {
        let digits = Array(digits.utf8)
        guard digits.count == 2 * length else { return nil }
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16) }
        return bytes.count == length ? bytes : nil
    }
}

extension HTTPField.Name {
    /// The page's half of a key. Only a script of the page can send it: a page of another origin would have to ask first, and
    /// gets no answer that allows it.
    static let pageHalf = Self("X-Roost-Page") ?? .server
}
