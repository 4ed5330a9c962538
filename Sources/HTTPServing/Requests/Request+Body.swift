import HTTPTypes
package import Hummingbird
package import NIOCore
import RoostCore
import ServiceLifecycle

extension Request {
    /// The most time for a body to arrive, and the additional time for each MiB of its limit.
    private static let bodyLimit = (least: Duration.seconds(30), perMebibyte: Duration.seconds(1))

    /// Reads the whole body. A client that sends it too slowly or not at all delays neither the server nor its end. One
    /// that sends too much is refused, at once if its header contains the length.
    ///
    /// - Parameters:
    ///   - limit: The most bytes of the body.
    ///   - time: The most time for it; `nil` for 30 seconds, and one more for each MiB of the limit.
    /// - Returns: The body. The request keeps it, so that the connection can still be watched.
    /// - Throws: `RoostError` with code `invalidRequest` for a compressed body, `tooLarge`, `timedOut` or `shuttingDown`; `CancellationError` when the client
    ///   has disconnected.
    package mutating func readBody(upTo limit: Int, within time: Duration? = nil) async throws -> ByteBuffer {
        if let encoding = headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw RoostError(
                .invalidRequest,
                "The body is encoded as \(encoding.quotedForPeople), and bodies are read only as they are. Send it without Content-Encoding.",
                field: "Content-Encoding")
        }
        if let length = headers[.contentLength].flatMap(Int.init), length > limit { throw Self.tooLarge(limit) }
        let body = body
        let time = time ?? Self.bodyLimit.least + Self.bodyLimit.perMebibyte * (limit >> 20)
        let buffer = try await withDeadline(
            .now + time, drain: .zero,
            late: { RoostError(.timedOut, "The request's body did not arrive within \(Int((time / .seconds(1)).rounded(.up))) seconds.") }
        ) {
            do {
                return try await body.collect(upTo: limit)
            } catch is NIOTooManyBytesError {
                throw Self.tooLarge(limit)
            } catch {
                // A body ends early only when the client disconnects.
                throw CancellationError()
            }
        }
        self.body = RequestBody(buffer: buffer)
        return buffer
    }

    private static func tooLarge(_ limit: Int) -> RoostError {
        RoostError(.tooLarge, "The body may have at most \(limit) bytes.", field: "body")
    }
}
