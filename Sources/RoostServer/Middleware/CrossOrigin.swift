import Foundation
import HTTPTypes
import Hummingbird

/// The CORS headers (Fetch standard) that allow a page of another origin to read an answer. Credentials are never
/// allowed.
enum CrossOrigin {
    /// The seconds for which a browser may cache a preflight answer.
    private static let longestMemory = 600
    /// More bytes of header names than any client sends.
    private static let longestHeaderList = 4096
    /// The response headers that a page may read, in addition to those that every page may read.
    private static let readable =
        "Link, Location, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, X-Request-Id, X-Roost-Queue-Position, X-Roost-Estimated-Wait, x-should-retry"

    /// Allows a page to read an answer.
    ///
    /// - Parameters:
    ///   - response: The answer.
    ///   - origin: The page's origin.
    static func open(_ response: inout Response, to origin: String) {
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlExposeHeaders] = readable
    }

    /// Adds the answer to a preflight request, which a browser sends before a page's request. It changes nothing.
    ///
    /// - Parameters:
    ///   - response: The answer to `OPTIONS`.
    ///   - request: The preflight request.
    ///   - methods: The methods of the path.
    static func answerPreflight(_ response: inout Response, to request: Request, methods: [String]) {
        guard request.headers[.accessControlRequestMethod] != nil else { return }
        response.headers[.accessControlAllowMethods] = methods.joined(separator: ", ")
        response.headers[.accessControlAllowHeaders] = request.headers[.accessControlRequestHeaders].flatMap(names)
        response.headers[.accessControlMaxAge] = "\(longestMemory)"
        // A page of the public Internet that requests an address of a private network.
        if request.headers[.requestPrivateNetwork] == "true" { response.headers[.allowPrivateNetwork] = "true" }
    }

    /// Returns the names of the headers that a page wants to send, such as those of OpenAI's client, if they are valid
    /// header names.
    private static func names(_ list: String) -> String? {
        guard list.utf8.count <= longestHeaderList else { return nil }
        let names = list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        return names.allSatisfy { HTTPField.Name($0) != nil } ? names.joined(separator: ", ") : nil
    }
}

extension HTTPField.Name {
    fileprivate static let requestPrivateNetwork = Self("Access-Control-Request-Private-Network") ?? .origin
    fileprivate static let allowPrivateNetwork = Self("Access-Control-Allow-Private-Network") ?? .origin
}
