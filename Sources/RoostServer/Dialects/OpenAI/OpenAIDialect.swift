import HTTPTypes
import RoostCore

/// OpenAI's errors: `{"error":{message,type,param,code}}`.
enum OpenAIDialect: Dialect {
    /// The routes that llama-server has outside of `/v1`.
    static let engineRoutes = ["tokenize", "detokenize", "apply-template"]

    static func owns(_ path: String) -> Bool { path.hasPrefix("/v1/") || engineRoutes.contains { path == "/\($0)" } }

    static func body(of error: RoostError) -> (body: any Encodable, contentType: String) { (OpenAIProblem(error), "application/json") }
}

/// An error in OpenAI's form.
struct OpenAIProblem: Encodable {
    struct Detail: Encodable {
        let message: String
        let type: String
        // Clients expect all four members.
        @ExplicitNull var param: String?
        let code: String
    }

    let error: Detail

    init(_ failure: RoostError) {
        let type = (400..<500).contains(failure.httpStatus.code) ? "invalid_request_error" : "server_error"
        error = Detail(message: failure.message, type: type, param: failure.field, code: failure.code.rawValue)
    }
}
