import AsyncHTTPClient
package import NIOCore

/// The body of an engine's response, in chunks. Dropping the iterator, or cancelling the task that reads, closes the
/// connection.
package struct EngineResponseBody: AsyncSequence, Sendable {
    let base: HTTPClientResponse.Body
    let translate: @Sendable (any Error) -> any Error
    let counts: CountsOfAnswer?

    /// Starts to read the body; allowed once.
    package func makeAsyncIterator() -> Iterator { Iterator(base: base.makeAsyncIterator(), translate: translate, counts: counts) }

    /// Reads the body.
    package struct Iterator: AsyncIteratorProtocol {
        var base: HTTPClientResponse.Body.AsyncIterator
        let translate: @Sendable (any Error) -> any Error
        let counts: CountsOfAnswer?

        /// The next chunk, or `nil` at the end.
        ///
        /// - Throws: `RoostError` with code `engineCrashed` if the engine ends or breaks the connection;
        ///   `CancellationError`.
        @concurrent package mutating func next() async throws -> ByteBuffer? {
            do {
                let chunk = try await base.next()
                if let chunk { counts?.note(chunk) }
                return chunk
            } catch {
                throw translate(error)
            }
        }
    }
}
