package import NIOCore
import RoostCore

/// An engine's response. The body arrives as the engine generates it.
package struct EngineResponse: Sendable {
    /// The HTTP status.
    package let status: Int
    /// The `Content-Type` header.
    package let contentType: String?
    /// The body; it can be read once.
    package let body: EngineResponseBody

    /// Reads the whole body.
    ///
    /// - Parameter limit: The maximum number of bytes to accept.
    /// - Returns: The body.
    /// - Throws: `RoostError` with code `engineCrashed` if the engine ends first, `engineRefused` if the body is
    ///   larger; `CancellationError`.
    package func collect(upTo limit: Int) async throws -> ByteBuffer {
        var whole = ByteBuffer()
        for try await chunk in body {
            guard whole.readableBytes + chunk.readableBytes <= limit else {
                throw RoostError(.engineRefused, "The engine's answer is larger than \(ByteCount(Int64(limit))); it was given up.")
            }
            whole.writeImmutableBuffer(chunk)
        }
        return whole
    }
}
