import Foundation
package import HTTPTypes
package import Hummingbird
package import NIOCore
import NIOFoundationCompat

/// Roost's JSON encoding.
package enum JSON {
    /// Returns a value as JSON text with keys in alphabetical order, so that equal answers have equal texts, and
    /// without escaped slashes.
    ///
    /// Roost's types contain only strings, finite numbers and Booleans, whose encoding cannot fail.
    package static func buffer(_ value: some Encodable) -> ByteBuffer { (try? encode(value)) ?? failure }

    /// Returns a JSON response.
    package static func response(_ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        guard let body = try? encode(value) else {
            return Response(status: .internalServerError, headers: headers, body: ResponseBody(byteBuffer: failure))
        }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    private static func encode(_ value: some Encodable) throws -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ByteBuffer(data: try encoder.encode(value))
    }

    private static let failure = ByteBuffer(
        string: #"{"title":"Internal Server Error","status":500,"detail":"The answer could not be written as JSON."}"#)
}
