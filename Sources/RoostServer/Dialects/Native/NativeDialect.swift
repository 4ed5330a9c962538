import HTTPTypes
import RoostAPI
import RoostCore

/// Roost's own errors: RFC 9457, `application/problem+json`.
enum NativeDialect: Dialect {
    static func owns(_ path: String) -> Bool { true }

    static func body(of error: RoostError) -> (body: any Encodable, contentType: String) { (error.problem, "application/problem+json") }
}

extension RoostError {
    /// The error in the API's form.
    var problem: Problem {
        Problem(title: httpStatus.reasonPhrase, status: httpStatus.code, detail: message, code: code.rawValue, field: field)
    }
}
