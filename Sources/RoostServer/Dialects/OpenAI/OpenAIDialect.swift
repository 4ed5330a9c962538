import HTTPTypes
import RoostCore

/// OpenAI's errors: `{"error":{message,type,param,code}}`.
enum OpenAIDialect: Dialect {
    static func owns(_ path: String) -> Bool { path.hasPrefix("/v1/") }

    static func body(of error: RoostError) -> (body: any Encodable, contentType: String) { (OpenAIProblem(error), "application/json") }
}

/// An error in OpenAI's form.
struct OpenAIProblem: Encodable {
    struct Detail: Encodable {
        let message: String
        let type: String
        let param: String?
        let code: String

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(message, forKey: .message)
            try container.encode(type, forKey: .type)
            // Clients expect all four members, also with null.
            try container.encode(param, forKey: .param)
            try container.encode(code, forKey: .code)
        }

        private enum CodingKeys: String, CodingKey { case message, type, param, code }
    }

    let error: Detail

    init(_ failure: RoostError) {
        let type = (400..<500).contains(failure.httpStatus.code) ? "invalid_request_error" : "server_error"
        error = Detail(message: failure.message, type: type, param: failure.field, code: failure.code.rawValue)
    }
}
