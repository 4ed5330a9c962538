import AsyncHTTPClient
package import NIOCore

/// The body of an engine's response, in chunks. Dropping the iterator, or cancelling the task that reads, closes the
/// connection.
package struct EngineResponseBody: AsyncSequence, Sendable {
    let base: HTTPClientResponse.Body
    let translate: @Sendable (any Error) -> any Error

    /// Starts to read the body; allowed once.
    package func makeAsyncIterator() -> Iterator { Iterator(base: base.makeAsyncIterator(), translate: translate) }

    /// Reads the body.
    package struct Iterator: AsyncIteratorProtocol {
        var base: HTTPClientResponse.Body.AsyncIterator
        let translate: @Sendable (any Error) -> any Error

        /// The next chunk, or `nil` at the end.
        ///
        /// - Throws: `RoostError` with code `engineCrashed` if the engine ends or breaks the connection;
        ///   `CancellationError`.
        @concurrent package mutating func next() async throws -> ByteBuffer? {
            do {
                return try await base.next()
            } catch {
                throw translate(error)
            }
        }
    }
}
