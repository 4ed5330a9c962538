import Engines
import ModelLibrary
import NIOCore
import RoostCore
import Synchronization

/// An engine's answer. It is opened in a request's handler and read in its response body.
///
/// Hummingbird writes the body after the handler has returned, so no structured scope covers both. The work therefore
/// runs in a separate task, which ends with the stream: when the answer is complete, when the reader stops, or when the
/// stream is discarded unread.
///
/// A slow reader slows the engine down: only a few pieces wait for it at a time.
struct EngineStream: Sendable {
    private enum Part: Sendable {
        /// The status of the answer. It arrives with the first token, so that a late refusal still has a correct status
        /// and does not break a stream.
        case head(status: Int)
        case bytes(ByteBuffer)
    }

    /// The most pieces that wait for the reader; each has at most 64 KiB.
    private static let mostWaiting = 8
    /// The most bytes of an error body that are read.
    private static let longestRefusal = 64 << 10

    /// The model.
    let entry: ModelEntry
    /// The time until the engine was ready for the request.
    private(set) var loadDuration: Duration = .zero
    private let source: AsyncThrowingStream<Part, any Error>
    /// Receives one `Void` for each piece that was read.
    private let taken: AsyncStream<Void>.Continuation
    private let stop: @Sendable (any Error) -> Void

    /// Sends a request to the engine of a model, loads the model first if needed, and waits until the engine has
    /// accepted the request.
    ///
    /// - Throws: `RoostError` when the model cannot be loaded or cannot answer the request, or the engine refuses it or
    ///   cannot be reached.
    init(engines: EngineSupervisor, entry: ModelEntry, request: EngineRequest) async throws {
        let (parts, source) = AsyncThrowingStream<Part, any Error>.makeStream()
        let (permits, taken) = AsyncStream<Void>.makeStream()
        for _ in 0..<Self.mostWaiting { taken.yield() }
        self.entry = entry
        self.source = parts
        self.taken = taken
        let begin = ContinuousClock.now
        let ready = Mutex(begin)
        let work = Task {
            let answer = ContinuableAnswer(engines: engines, entry: entry, request: request)
            let times = Mutex(StreamTimes(engines.metrics, of: entry.reference, since: begin))
            do {
                try await answer.run {
                    ready.withLock { $0 = .now }
                } begin: {
                    source.yield(.head(status: $0))
                } pass: { bytes in
                    times.withLock { $0.arrived(bytes) }
                    var permit = permits.makeAsyncIterator()
                    guard await permit.next() != nil else { throw CancellationError() }
                    source.yield(.bytes(bytes))
                }
                source.finish()
            } catch {
                source.finish(throwing: error)
            }
        }
        stop = {
            source.finish(throwing: $0)
            work.cancel()
        }
        source.onTermination = { _ in work.cancel() }
        try await accept(field: request.kind.inputField)
        loadDuration = ready.withLock { $0 } - begin
    }

    /// The answer's pieces; after each piece the reader calls `consumed()`.
    var pieces: some AsyncSequence<ByteBuffer, any Error> {
        source.compactMap { if case .bytes(let bytes) = $0 { bytes } else { nil } }
    }

    private func accept(field: String) async throws {
        var status: Int?
        for try await part in source {
            if case .head(let first) = part { status = first }
            break
        }
        guard let status else { throw CancellationError() }
        guard status != 200 else { return }
        var body = ByteBuffer()
        for try await bytes in pieces {
            if body.readableBytes < Self.longestRefusal { body.writeImmutableBuffer(bytes) }
            consumed()
        }
        throw EngineAnswer.failure(status: status, body: body, field: field)
    }

    /// Reports that a piece was read, so that the engine may send one more.
    func consumed() { taken.yield() }

    /// Ends the work; the reader receives `error` after the pieces that have arrived.
    func end(throwing error: any Error) { stop(error) }
}
