import Hummingbird
import NIOCore
import RoostCore
import ServiceLifecycle

extension Request {
    /// How long a body may take to arrive.
    private static let bodyLimit: Duration = .seconds(30)

    /// Reads the whole body. A client that sends it too slowly, or not at all, holds up neither the server nor its end.
    ///
    /// - Parameter limit: The most bytes to take.
    /// - Returns: The body; the request keeps it, so that the connection can still be watched.
    /// - Throws: `RoostError` with code `timedOut` or `shuttingDown`; Hummingbird's 413; `CancellationError` when the client is gone.
    mutating func readBody(upTo limit: Int) async throws -> ByteBuffer {
        let body = body
        let buffer = try await withDeadline(.now + Self.bodyLimit, drain: .zero, what: "The request's body did not arrive within 30 seconds.") {
            do {
                return try await body.collect(upTo: limit)
            } catch let error as NIOTooManyBytesError {
                throw error
            } catch let error as HTTPError {
                throw error
            } catch {
                // What ends a body early is the client's end.
                throw CancellationError()
            }
        }
        self.body = RequestBody(buffer: buffer)
        return buffer
    }
}
