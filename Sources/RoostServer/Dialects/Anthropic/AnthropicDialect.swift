import HTTPServing
import HTTPTypes
import Hummingbird
import RoostCore

/// Anthropic's errors: `{"type":"error","error":{"type":"…","message":"…"},"request_id":"…"}`.
enum AnthropicDialect: Dialect {
    static func owns(_ path: String) -> Bool { path == "/v1/messages" || path.hasPrefix("/v1/messages/") }

    static func owns(_ request: Request) -> Bool { owns(request.routePath) || AnthropicModels.isAsked(request) }

    static func body(of error: RoostError) -> (body: any Encodable, contentType: String) {
        (AnthropicProblem(error, requestID: nil), "application/json")
    }

    static func response(to error: RoostError, requestID: String?) -> Response {
        JSON.response(AnthropicProblem(error, requestID: requestID), status: AnthropicProblem.status(of: error)).named(requestID)
    }
}

/// An error in Anthropic's form.
struct AnthropicProblem: Encodable {
    struct Detail: Encodable {
        let type: String
        let message: String
    }

    let type = "error"
    let error: Detail
    @ExplicitNull var request_id: String?

    init(_ failure: RoostError, requestID: String?) {
        error = Detail(type: Self.type(of: failure), message: Self.message(of: failure))
        request_id = requestID
    }

    /// The status of an error. What passes by itself is an overload, which clients repeat after a pause.
    static func status(of failure: RoostError) -> HTTPResponse.Status {
        isOverload(failure) ? .init(code: 529, reasonPhrase: "Overloaded") : failure.httpStatus
    }

    private static func type(of failure: RoostError) -> String {
        if isOverload(failure) { return "overloaded_error" }
        return switch failure.httpStatus.code {
        case 401: "authentication_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 408: "timeout_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 400..<500: "invalid_request_error"
        default: "api_error"
        }
    }

    private static func isOverload(_ failure: RoostError) -> Bool {
        [.enginesBusy, .modelLoading, .databaseBusy, .shuttingDown].contains(failure.code)
    }

    /// The sentence. Agents shorten a conversation when it begins with exactly these words.
    private static func message(of failure: RoostError) -> String {
        guard failure.code == .contextLengthExceeded else { return failure.message }
        let facts = Dictionary(failure.context.map { ($0.name, $0.value) }) { $1 }
        guard let tokens = facts["prompt_tokens"], let most = facts["context_length"] else { return "prompt is too long: \(failure.message)" }
        return "prompt is too long: \(tokens) tokens > \(most) maximum. \(failure.message)"
    }
}

extension Response {
    /// Returns the response with the header in which Anthropic's clients look for the id of a request.
    func named(_ requestID: String?) -> Response {
        var response = self
        response.headers[.anthropicRequestID] = requestID
        return response
    }
}

extension HTTPField.Name {
    fileprivate static let anthropicRequestID = Self("request-id") ?? .server
}
