import Engines
import NIOCore
import RoostCore

/// An engine's streamed answer, opened in a request's handler and read in its response body.
///
/// Hummingbird runs the body after the handler has returned, so no structured scope spans both. The work therefore runs in a task of its own,
/// which ends with the stream: when the answer is complete, when the reader stops, or when the stream is thrown away unread.
struct EngineStream: Sendable {
    /// The engine's status line and content type.
    struct Head: Sendable {
        let status: Int
        let contentType: String?
    }

    /// The head first, then the bytes as they come.
    enum Part: Sendable {
        case head(Head)
        case bytes(ByteBuffer)
    }

    let parts: AsyncThrowingStream<Part, any Error>
    private let heads: AsyncThrowingStream<Head, any Error>
    private let stop: @Sendable (any Error) -> Void

    /// Sends a request to the engine of a model, loading it first if need be.
    init(engines: EngineSupervisor, entry: ModelEntry, path: String, body: ByteBuffer) {
        let (parts, partSource) = AsyncThrowingStream<Part, any Error>.makeStream()
        let (heads, headSource) = AsyncThrowingStream<Head, any Error>.makeStream()
        self.parts = parts
        self.heads = heads
        self.stop = { partSource.finish(throwing: $0) }
        let work = Task {
            do {
                try await engines.withEngine(for: entry) { connection in
                    let response = try await connection.send(path: path, body: body)
                    let head = Head(status: response.status, contentType: response.contentType)
                    headSource.yield(head)
                    partSource.yield(.head(head))
                    for try await bytes in response.body { partSource.yield(.bytes(bytes)) }
                }
                headSource.finish()
                partSource.finish()
            } catch {
                headSource.finish(throwing: error)
                partSource.finish(throwing: error)
            }
        }
        partSource.onTermination = { _ in work.cancel() }
    }

    /// The head, if it comes soon. A request the engine refuses is refused at once, and then the client gets a true status instead of a broken stream.
    ///
    /// - Throws: When the engine could not be reached.
    func earlyHead(within limit: Duration) async throws -> Head? {
        try await withThrowingTaskGroup(of: Head?.self) { group in
            group.addTask {
                for try await head in heads { return head }
                return nil
            }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    /// Ends the work; the reader of `parts` gets `error` after what has arrived.
    func end(throwing error: any Error) { stop(error) }
}
