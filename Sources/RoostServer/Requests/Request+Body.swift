import HTTPTypes
import Hummingbird
import NIOCore
import RoostCore
import ServiceLifecycle

extension Request {
    /// How long a body may take to arrive, and how much longer for each MiB that it may have.
    private static let bodyLimit = (least: Duration.seconds(30), perMebibyte: Duration.seconds(1))

    /// Reads the whole body. A client that sends it too slowly, or not at all, holds up neither the server nor its end; one that sends too much is
    /// refused, at once if it says so before.
    ///
    /// - Parameters:
    ///   - limit: The most bytes to take.
    ///   - time: How long it may take; `nil` for 30 seconds, and one more for each MiB of the limit.
    /// - Returns: The body; the request keeps it, so that the connection can still be watched.
    /// - Throws: `RoostError` with code `tooLarge`, `timedOut` or `shuttingDown`; `CancellationError` when the client is gone.
    mutating func readBody(upTo limit: Int, within time: Duration? = nil) async throws -> ByteBuffer {
        if let length = headers[.contentLength].flatMap(Int.init), length > limit { throw Self.tooLarge(limit) }
        let body = body
        let time = time ?? Self.bodyLimit.least + Self.bodyLimit.perMebibyte * (limit >> 20)
        let buffer = try await withDeadline(
            .now + time, drain: .zero, what: "The request's body did not arrive within \(Int((time / .seconds(1)).rounded(.up))) seconds."
        ) {
            do {
                return try await body.collect(upTo: limit)
            } catch is NIOTooManyBytesError {
                throw Self.tooLarge(limit)
            } catch {
                // What ends a body early is the client's end.
                throw CancellationError()
            }
        }
        self.body = RequestBody(buffer: buffer)
        return buffer
    }

    /// Reads a JSON body and takes what it needs from its fields.
    ///
    /// - Parameters:
    ///   - limit: The most bytes to take.
    ///   - check: Takes what it needs from the fields.
    /// - Returns: What `check` returns.
    /// - Throws: As `readBody`; `RoostError` with code `invalidRequest` when the body is no JSON object; what `check` throws.
    mutating func readFields<Value: Sendable>(
        upTo limit: Int, _ check: @escaping @Sendable (RequestFields) throws -> Value
    ) async throws -> Value {
        try await RequestFields.read(readBody(upTo: limit), check)
    }

    private static func tooLarge(_ limit: Int) -> RoostError {
        RoostError(.tooLarge, "The body may have at most \(limit) bytes.", field: "body")
    }
}
