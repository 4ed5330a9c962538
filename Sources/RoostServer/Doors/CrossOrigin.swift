import Foundation
import HTTPTypes
import Hummingbird

/// What a browser is told so that a page of another origin may read an answer (CORS, as the Fetch standard has it). Never with credentials.
enum CrossOrigin {
    /// A browser asks no more than once in so many seconds before it sends a page's requests.
    private static let longestMemory = 600
    /// More headers than any client asks for, in bytes.
    private static let longestHeaderList = 4096
    /// The headers of answers, beside those every page may read.
    private static let readable = "Link, Location, Retry-After"

    /// Lets a page read an answer.
    ///
    /// - Parameters:
    ///   - response: The answer.
    ///   - origin: The page's origin.
    static func open(_ response: inout Response, to origin: String) {
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlExposeHeaders] = readable
    }

    /// Adds to an answer what a browser asks before it sends a page's request. The question is not the request: it changes nothing.
    ///
    /// - Parameters:
    ///   - response: The answer to `OPTIONS`.
    ///   - request: The question.
    ///   - methods: The methods of the path.
    static func answerPreflight(_ response: inout Response, to request: Request, methods: [String]) {
        guard request.headers[.accessControlRequestMethod] != nil else { return }
        response.headers[.accessControlAllowMethods] = methods.joined(separator: ", ")
        response.headers[.accessControlAllowHeaders] = request.headers[.accessControlRequestHeaders].flatMap(names)
        response.headers[.accessControlMaxAge] = "\(longestMemory)"
        // A page of the Internet that asks for an address of a private network.
        if request.headers[.requestPrivateNetwork] == "true" { response.headers[.allowPrivateNetwork] = "true" }
    }

    /// All headers that a page wants to send, such as those that OpenAI's client adds, if they are names of headers at all.
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
