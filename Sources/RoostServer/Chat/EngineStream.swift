import Engines
import NIOCore
import RoostCore

/// An engine's answer, opened in a request's handler and read in its response body.
///
/// Hummingbird runs the body after the handler has returned, so no structured scope spans both. The work therefore runs in a task of its own,
/// which ends with the stream: when the answer is complete, when the reader stops, or when the stream is thrown away unread.
///
/// The engine is held back by a slow reader: no more than a few pieces are on their way to one that has not taken them.
struct EngineStream: Sendable {
    /// The engine's status line.
    struct Head: Sendable {
        let status: Int
    }

    /// The most pieces that wait for the reader; each has at most 64 KiB.
    private static let mostWaiting = 8
    /// The most bytes of a refusal that are read.
    private static let longestRefusal = 64 << 10

    /// The answer as it comes; after each piece `took()` is to be called.
    let parts: AsyncThrowingStream<ByteBuffer, any Error>
    private let heads: AsyncThrowingStream<Head, any Error>
    /// Gets one `Void` for each piece that the reader has taken.
    private let taken: AsyncStream<Void>.Continuation
    private let stop: @Sendable (any Error) -> Void

    /// Sends a request to the engine of a model, loading it first if need be.
    init(engines: EngineSupervisor, entry: ModelEntry, request: EngineRequest) {
        let (parts, partSource) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
        let (heads, headSource) = AsyncThrowingStream<Head, any Error>.makeStream()
        let (permits, taken) = AsyncStream<Void>.makeStream()
        for _ in 0..<Self.mostWaiting { taken.yield() }
        self.parts = parts
        self.heads = heads
        self.taken = taken
        let work = Task {
            do {
                try await engines.withEngine(for: entry, request: request.fingerprint) { connection in
                    let response = try await connection.send(path: request.kind.path, body: request.body)
                    headSource.yield(Head(status: response.status))
                    var permits = permits.makeAsyncIterator()
                    for try await bytes in response.body {
                        guard await permits.next() != nil else { throw CancellationError() }
                        partSource.yield(bytes)
                    }
                }
                headSource.finish()
                partSource.finish()
            } catch {
                headSource.finish(throwing: error)
                partSource.finish(throwing: error)
            }
        }
        self.stop = {
            partSource.finish(throwing: $0)
            work.cancel()
        }
        partSource.onTermination = { _ in work.cancel() }
    }

    /// Waits for the engine's status. It comes with the first token, so that a request that is refused, however late, gets a true status instead of a
    /// broken stream.
    ///
    /// - Parameter field: The field that holds the text.
    /// - Throws: `RoostError` when the engine refuses the request or cannot be reached.
    func accepted(field: String) async throws {
        var head: Head?
        for try await first in heads {
            head = first
            break
        }
        guard let head else { throw CancellationError() }
        guard head.status != 200 else { return }
        var body = ByteBuffer()
        for try await bytes in parts {
            if body.readableBytes < Self.longestRefusal { body.writeImmutableBuffer(bytes) }
            took()
        }
        throw EngineAnswer.failure(status: head.status, body: body, field: field)
    }

    /// The reader is done with a piece, and the engine may send one more.
    func took() { taken.yield() }

    /// Ends the work; the reader gets `error` after what has arrived.
    func end(throwing error: any Error) { stop(error) }
}
