import HTTPServing
import HTTPTypes
import Hummingbird
import RoostCore

/// The form of the errors on some of the routes.
protocol Dialect: SendableMetatype {
    /// Whether a path, such as `/v1/models`, belongs to this dialect, also when no such route exists.
    static func owns(_ path: String) -> Bool

    /// Whether a request belongs to this dialect, by its path or by what else it has.
    static func owns(_ request: Request) -> Bool

    /// Returns the body of an error, and its content type.
    static func body(of error: RoostError) -> (body: any Encodable, contentType: String)

    /// Returns the response to an error, without `Retry-After`; `requestID` is the id of the request in the log.
    static func response(to error: RoostError, requestID: String?) -> Response
}

extension Dialect {
    static func owns(_ request: Request) -> Bool { owns(request.routePath) }

    static func response(to error: RoostError, requestID: String?) -> Response {
        let (body, contentType) = body(of: error)
        var response = JSON.response(body, status: error.httpStatus)
        response.headers[.contentType] = contentType
        return response
    }
}

/// The dialects of this server.
enum Dialects {
    /// The dialects with routes of their own. The first that owns a request counts; all others are Roost's.
    private static let all: [any Dialect.Type] = [AnthropicDialect.self, OpenAIDialect.self, OllamaDialect.self]

    /// Returns the response to an error in the form of the request's dialect.
    static func response(to error: RoostError, _ request: Request, requestID: String?) -> Response {
        let dialect = all.first { $0.owns(request) } ?? NativeDialect.self
        var response = dialect.response(to: error, requestID: requestID)
        if let retryAfter = error.retryAfter {
            response.headers[.retryAfter] = "\(max(1, Int((retryAfter / .seconds(1)).rounded(.up))))"
        }
        // OpenAI's and Anthropic's clients send a request with 408 or 409 again: mostly as much work for as long, or the load of a model that
        // was just unloaded.
        if error.retryAfter == nil, [.timedOut, .conflict].contains(error.code) { response.headers[.shouldRetry] = "false" }
        // Not `Basic`, for which browsers would ask their reader for a password.
        if error.code == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer realm=\"roost\"" }
        return response
    }
}

extension HTTPField.Name {
    /// Whether OpenAI's and Anthropic's clients may send a request again.
    fileprivate static let shouldRetry = Self("x-should-retry") ?? .server
}
