import AsyncHTTPClient
package import NIOCore

/// The body of an engine's response, in chunks. Dropping the iterator, or cancelling the task that reads, closes the
/// connection.
package struct EngineResponseBody: AsyncSequence, Sendable {
    let base: HTTPClientResponse.Body
    let translate: @Sendable (any Error) -> any Error
    let counts: CountsOfAnswer?
    /// The body, if its first chunk was read already.
    var begun: BegunBody?

    /// Starts to read the body; allowed once.
    package func makeAsyncIterator() -> Iterator {
        guard let begun else { return Iterator(base: base.makeAsyncIterator(), first: nil, translate: translate, counts: counts) }
        return Iterator(base: begun.takeRest(), first: begun.first, translate: translate, counts: counts)
    }

    /// Reads the first chunk.
    ///
    /// - Returns: The same body.
    /// - Throws: As the iterator.
    func begin() async throws -> EngineResponseBody {
        var iterator = base.makeAsyncIterator()
        do {
            let first = try await iterator.next()
            var body = self
            body.begun = BegunBody(first, iterator)
            return body
        } catch {
            throw translate(error)
        }
    }

    /// Reads the body.
    package struct Iterator: AsyncIteratorProtocol {
        var base: HTTPClientResponse.Body.AsyncIterator?
        var first: ByteBuffer?
        let translate: @Sendable (any Error) -> any Error
        let counts: CountsOfAnswer?

        /// The next chunk, or `nil` at the end.
        ///
        /// - Throws: `RoostError` with code `engineCrashed` if the engine ends or breaks the connection;
        ///   `CancellationError`.
        @concurrent package mutating func next() async throws -> ByteBuffer? {
            do {
                let chunk = if let first { first } else { try await base?.next() }
                first = nil
                if let chunk { counts?.note(chunk) }
                return chunk
            } catch {
                throw translate(error)
            }
        }
    }
}
