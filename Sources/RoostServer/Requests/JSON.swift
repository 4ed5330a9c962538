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
    static func buffer(_ value: some Encodable) -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return ByteBuffer(data: try encoder.encode(value))
        } catch {
            return ByteBuffer(string: #"{"title":"Internal Server Error","status":500,"detail":"The answer could not be written as JSON."}"#)
        }
    }

    /// A JSON answer.
    static func response(_ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: buffer(value)))
    }
}
