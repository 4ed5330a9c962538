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

    /// Writes a value as JSON text.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - text: Receives it.
    /// - Throws: An error of the value's own encoding.
    static func write(_ value: any Encodable, to text: inout ByteBuffer) throws {
        switch value {
        case let string as String: text.write(jsonString: string)
        case let number as Int: text.writeString(String(number))
        case let flag as Bool: text.writeString(flag ? "true" : "false")
        case let object as JSONObject: try object.write(to: &text)
        default: text.writeImmutableBuffer(try encodeAny(value))
        }
    }

    private static func encode(_ value: some Encodable) throws -> ByteBuffer {
        var text = ByteBuffer()
        try write(value, to: &text)
        return text
    }

    private static func encodeAny(_ value: some Encodable) throws -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ByteBuffer(data: try encoder.encode(value))
    }

    private static let failure = ByteBuffer(
        string: #"{"title":"Internal Server Error","status":500,"detail":"The answer could not be written as JSON."}"#)
}
