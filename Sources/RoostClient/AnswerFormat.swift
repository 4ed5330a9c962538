import Foundation
package import RoostCore

/// The form that an answer is to have.
package enum AnswerFormat: Sendable, Hashable {
    /// A JSON object.
    case json
    /// JSON by a schema: the text of the schema, in which the order of the members counts.
    case schema(String)

    /// Checks the text of a schema.
    ///
    /// - Parameter schema: The text, a JSON object.
    /// - Throws: `RoostError` with code `invalidRequest` and field `format`.
    package init(schema: String) throws {
        guard (try? JSONSerialization.jsonObject(with: Data(schema.utf8))) is [String: Any] else {
            throw RoostError(.invalidRequest, "The format is not a JSON schema: its text has to be a JSON object.", field: "format")
        }
        self = .schema(schema)
    }

    /// The member `response_format` of a request.
    var member: String {
        switch self {
        case .json: #""response_format":{"type":"json_object"}"#
        case .schema(let schema): #""response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":\#(schema)}}"#
        }
    }
}
