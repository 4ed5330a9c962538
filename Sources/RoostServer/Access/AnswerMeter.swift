import Access
import Engines
import NIOCore
import RoostCore
import Synchronization

/// Counts the tokens of one request to an engine, by the engine's own numbers, and passes them on exactly once: at its
/// end, or, when it is given up, as soon as no part of the server knows it any more.
///
/// An engine tells its numbers with the last event. When the client leaves before that, it tells none. Once the engine has the
/// request, the prompt then counts as long as it was estimated, each event with a piece of the answer as a token, and an answer in one
/// piece as long as it might have become.
final class AnswerMeter: Sendable {
    private struct State {
        /// The begin of an incomplete event.
        var rest = ByteBuffer()
        /// What the engine has told.
        var counts = UsageCounts()
        /// Whether it has told its numbers.
        var isCounted = false
        /// The events with a piece of the answer.
        var pieces = 0
        /// The tokens of an answer that tells none of them before its end; `nil` until the engine has the request.
        var unseen: Int?
        var onEnd: (@Sendable (UsageCounts) -> Void)?

        mutating func count(_ event: ByteBuffer) {
            if EngineCounts.isEnd(event), let numbers = EngineCounts(event) {
                counts.add(numbers)
                isCounted = true
            } else if EngineCounts.isPiece(event) {
                pieces += 1
            }
        }
    }

    private static let longestEvent = 64 << 10

    private let state: Mutex<State>
    private let prompt: Int

    /// Creates a meter.
    ///
    /// - Parameters:
    ///   - prompt: The estimated tokens of the prompt.
    ///   - onEnd: Gets the counts.
    init(prompt: Int, onEnd: @escaping @Sendable (UsageCounts) -> Void) {
        self.prompt = prompt
        state = Mutex(State(onEnd: onEnd))
    }

    deinit { end(failed: false) }

    /// Notes that the engine has the request.
    ///
    /// - Parameter unseen: The most tokens of an answer that comes in one piece; 0 for a stream.
    func began(unseen: Int = 0) { state.withLock { $0.unseen = unseen } }

    /// Reads some of a streamed answer, cut at any place.
    func read(events bytes: ByteBuffer) {
        state.withLock { state in
            state.rest.writeImmutableBuffer(bytes)
            while let end = state.rest.position(of: "\n\n"), let event = state.rest.readSlice(length: end + 2) { state.count(event) }
            // No event with numbers is that long.
            if state.rest.readableBytes == 0 || state.rest.readableBytes > Self.longestEvent {
                state.rest.clear()
            } else {
                state.rest.discardReadBytes()
            }
        }
    }

    /// Reads a whole answer.
    func read(whole answer: ByteBuffer) {
        state.withLock { state in
            if let counts = EngineCounts(answer) {
                state.counts.add(counts)
            } else {
                state.counts.promptTokens += EngineCounts.promptTokens(ofVectors: answer) ?? 0
            }
            state.isCounted = true
        }
    }

    /// Ends the request. Only the first call counts.
    ///
    /// - Parameters:
    ///   - failed: Whether it failed; a client that has left is no failure.
    ///   - hasWorked: Whether the engine has worked for it although it failed, because its time was over.
    func end(failed: Bool, hasWorked: Bool = false) {
        let end = state.withLock { state -> (onEnd: @Sendable (UsageCounts) -> Void, counts: UsageCounts)? in
            guard let onEnd = state.onEnd else { return nil }
            state.onEnd = nil
            var counts = state.counts
            counts.requests = 1
            counts.errors = failed ? 1 : 0
            // An engine that refuses a request, or fails, has done little for it.
            if !state.isCounted, state.pieces > 0 || (state.unseen != nil && (!failed || hasWorked)) {
                counts.promptTokens = prompt
                counts.generatedTokens = max(state.pieces, state.unseen ?? 0)
            }
            return (onEnd, counts)
        }
        if let end { end.onEnd(end.counts) }
    }
}

extension UsageCounts {
    /// Adds the numbers of an engine. It counts the tokens of a prompt that it has computed, and those it has found in a
    /// cache, apart.
    fileprivate mutating func add(_ counts: EngineCounts) {
        promptTokens += counts.prompt + counts.cached
        cachedTokens += counts.cached
        generatedTokens += counts.generated
    }
}
