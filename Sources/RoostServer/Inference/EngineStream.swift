import Engines
import EventLoops
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
    /// What the reader gets.
    enum Part: Sendable {
        /// The engine answers with 200. This arrives with the first token, so that a late refusal still has a correct
        /// status and does not break a stream.
        case accepted
        /// The next bytes; the reader calls `consumed()` after it.
        case bytes(ByteBuffer)
        /// A moment to tell the client that the connection lives, if nothing else was sent for a while.
        case pulse
    }

    /// The time between two pulses: shorter than the limits of idle connections in proxies and clients, which are a
    /// minute and more.
    static let pulse: Duration = .seconds(10)
    /// What llama-server sends every 30 seconds while it reads a prompt; the comments here tell more.
    private static let ping = ByteBuffer(string: ":\n\n")
    /// The most pieces that wait for the reader; each has at most 64 KiB. Pulses do not count: a request lasts an hour at
    /// most.
    private static let mostWaiting = 8
    /// The most bytes of an error body that are read.
    private static let longestRefusal = 64 << 10

    /// The model.
    let entry: ModelEntry
    private let engines: EngineSupervisor
    private let request: EngineRequest
    /// When the engine was ready for the request.
    private let readyAfter: @Sendable () -> Duration
    private let source: AsyncThrowingStream<Part, any Error>
    /// Receives one `Void` for each piece that was read.
    private let taken: AsyncStream<Void>.Continuation
    private let stop: @Sendable (any Error) -> Void

    /// Sends a request to the engine of a model, and loads the model first if needed.
    ///
    /// - Parameters:
    ///   - engines: The engines.
    ///   - entry: The model.
    ///   - request: The request.
    ///   - meter: Counts the tokens.
    ///   - place: The part of the budget of bodies that is kept until the engine answers.
    ///   - pulse: The time between two pulses.
    ///   - delay: The time for which the engine waits for the reader.
    ///   - loop: The event loop of the client's connection, on which the work then runs, so that a token wakes no other thread;
    ///     `nil` without such a client.
    init(
        engines: EngineSupervisor, entry: ModelEntry, request: EngineRequest, meter: AnswerMeter, holding place: BodyBudget.Place?, pulse: Duration,
        delay: ReadingDelay = ReadingDelay(), on loop: (any EventLoop)?
    ) {
        let (parts, source) = AsyncThrowingStream<Part, any Error>.makeStream()
        let (permits, taken) = AsyncStream<Void>.makeStream()
        for _ in 0..<Self.mostWaiting { taken.yield() }
        // Its body may be long, and is not needed any more when the engine has it.
        (self.engines, self.entry, self.request) = (engines, entry, request.replacingBody(ByteBuffer()))
        (self.source, self.taken) = (parts, taken)
        let begin = ContinuousClock.now
        let ready = Mutex(begin)
        let delay = Mutex(delay)
        readyAfter = { ready.withLock { $0 } - begin }
        let atPulse: @Sendable () -> Void = {
            source.yield(.pulse)
            if delay.withLock({ $0.isTooLong() }) { taken.finish() }
        }
        let work = Task(executorPreference: loop.map(EventLoopTasks.init)) {
            // Cancelled at the end of this scope.
            async let _ = Self.beat(every: pulse, atPulse)
            let times = Mutex(StreamTimes(engines.metrics, of: entry.reference, since: begin))
            let refusal = Mutex<Refusal?>(nil)
            defer { times.withLock { $0.ended() } }
            do {
                try await ContinuableAnswer(engines: engines, entry: entry, request: request).run {
                    ready.withLock { $0 = .now }
                    meter.began()
                } begin: { status in
                    guard status == 200 else { return refusal.withLock { $0 = Refusal(status: status) } }
                    // One that was refused may be shortened and sent again.
                    place?.shrink(to: 0)
                    source.yield(.accepted)
                } pass: { bytes in
                    guard !refusal.withLock({ $0?.add(bytes) != nil }), bytes != Self.ping else { return }
                    times.withLock { $0.arrived(bytes) }
                    meter.read(events: bytes)
                    var permit = permits.makeAsyncIterator()
                    delay.withLock { $0.begin() }
                    guard await permit.next() != nil else { throw Task.isCancelled ? CancellationError() : Self.tooSlow }
                    delay.withLock { $0.end(bytes: bytes.readableBytes) }
                    source.yield(.bytes(bytes))
                }
                let failure = refusal.withLock { $0?.error(field: request.kind.inputField) }
                meter.end(failed: failure != nil)
                source.finish(throwing: failure)
            } catch {
                meter.end(failed: !(error is CancellationError))
                source.finish(throwing: error)
            }
        }
        stop = {
            // The time is over, or the server stops; a client that has left is no failure.
            if !($0 is CancellationError) { meter.end(failed: true, hasWorked: true) }
            source.finish(throwing: $0)
            work.cancel()
        }
        source.onTermination = { _ in work.cancel() }
    }

    private static func beat(every pulse: Duration, _ action: @Sendable () -> Void) async {
        while (try? await Task.sleep(for: pulse)) != nil { action() }
    }

    private static var tooSlow: any Error {
        RoostError(
            .timedOut,
            "The answer ends here: its engine has waited for its client for more than a minute, and a second for each 64 KiB. Read faster, or ask for less at once."
        )
    }

    /// An answer of the engine that is an error.
    private struct Refusal: Sendable {
        let status: Int
        private var body = ByteBuffer()

        init(status: Int) { self.status = status }

        mutating func add(_ bytes: ByteBuffer) {
            if body.readableBytes < longestRefusal { body.writeImmutableBuffer(bytes) }
        }

        func error(field: String) -> RoostError { EngineAnswer.failure(status: status, body: body, field: field) }
    }
}

extension EngineStream {
    /// Waits until the engine has accepted the request.
    ///
    /// - Parameter patience: Whether to wait longer than until the first pulse.
    /// - Returns: Whether it has accepted; the parts that follow say so otherwise.
    /// - Throws: `RoostError` when the model cannot be loaded or cannot answer the request, or the engine refuses it or
    ///   cannot be reached; `CancellationError`.
    func accepted(patience: Bool) async throws -> Bool {
        for try await part in source {
            switch part {
            case .pulse where patience: continue
            case .pulse: return false
            case .accepted, .bytes: return true
            }
        }
        throw CancellationError()
    }

    /// The parts of the answer.
    var parts: some AsyncSequence<Part, any Error> { source }

    /// The answer's pieces; after each piece the reader calls `consumed()`.
    var pieces: some AsyncSequence<ByteBuffer, any Error> {
        source.compactMap { if case .bytes(let bytes) = $0 { bytes } else { nil } }
    }

    /// The time until the engine was ready for the request; zero before.
    var loadDuration: Duration { readyAfter() }

    /// Reports that a piece was read, so that the engine may send one more.
    func consumed() { taken.yield() }

    /// Ends the work; the reader receives `error` after the pieces that have arrived.
    func end(throwing error: any Error) { stop(error) }

    /// What the reader waits for, in words.
    ///
    /// - Parameter hasBegun: Whether it has got a piece already.
    /// - Returns: A line for a comment.
    func wait(hasBegun: Bool) async -> String {
        switch await engines.wait(of: request.ticket) {
        case .answer? where hasBegun: "generating"
        case let wait?: wait.description
        case nil: "waiting for the engine"
        }
    }

    /// The error of a request whose time is over.
    func late() async -> RoostError { await engines.late(request) }
}
