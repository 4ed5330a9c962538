import Engines
import ModelLibrary
import NIOCore
import RoostCore

/// An engine's answer. It is opened in a request's handler and read in its response body.
///
/// Hummingbird writes the body after the handler has returned, so no structured scope covers both. The work therefore
/// runs in a separate task, which ends with the stream: when the answer is complete, when the reader stops, or when the
/// stream is discarded unread.
///
/// A slow reader slows the engine down: only a few pieces wait for it at a time.
struct EngineStream: Sendable {
    /// The head of the engine's answer.
    struct Head: Sendable {
        let status: Int
    }

    /// The most pieces that wait for the reader; each has at most 64 KiB.
    private static let mostWaiting = 8
    /// The most bytes of an error body that are read.
    private static let longestRefusal = 64 << 10

    /// The answer's pieces; after each piece the reader calls `consumed()`.
    let parts: AsyncThrowingStream<ByteBuffer, any Error>
    private let heads: AsyncThrowingStream<Head, any Error>
    /// Receives one `Void` for each piece that was read.
    private let taken: AsyncStream<Void>.Continuation
    private let stop: @Sendable (any Error) -> Void

    /// Sends a request to the engine of a model and loads the model first if needed.
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

    /// Waits for the engine's status. It arrives with the first token, so that a late refusal still has a correct
    /// status and does not break a stream.
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
            consumed()
        }
        throw EngineAnswer.failure(status: head.status, body: body, field: field)
    }

    /// Reports that a piece was read, so that the engine may send one more.
    func consumed() { taken.yield() }

    /// Ends the work; the reader receives `error` after the pieces that have arrived.
    func end(throwing error: any Error) { stop(error) }
}
