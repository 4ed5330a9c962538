import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat

/// How Roost writes JSON.
enum JSON {
    /// A value as JSON text; keys in alphabetical order, so that equal answers are equal texts, and slashes as they are.
    ///
    /// The types Roost encodes hold only strings, finite numbers and booleans, for which encoding cannot fail.
    static func buffer(_ value: some Encodable) -> ByteBuffer { (try? encode(value)) ?? failure }

    /// A JSON answer.
    static func response(_ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
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
