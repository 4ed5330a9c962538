/// Reads the events of one streamed answer and measures the time between them.
///
/// Tokens that a server sends together in one event count as one for the times.
struct AnswerTimer: Sendable {
    /// A measured time.
    enum Lap: Sendable, Hashable {
        /// From the request to the first token.
        case first(Duration)
        /// From one token to the next.
        case gap(Duration)
    }

    private let start: Duration
    private var first: Duration?
    private var last: Duration?
    private var chunks = 0
    private var usage: CompletionEvent.Counts?
    private var timings: CompletionEvent.Counts?
    /// Whether an event said why the answer ended, or the mark of the end has arrived.
    private(set) var isComplete = false

    /// Creates the timer of a request.
    ///
    /// - Parameter start: The time at which the request was sent.
    init(start: Duration) { self.start = start }

    /// Reads an event.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - now: The time of its arrival.
    /// - Returns: The time that it ends; `nil` for an event without a token.
    mutating func read(_ event: CompletionEvent, at now: Duration) -> Lap? {
        if event.isFinished { isComplete = true }
        if let counts = event.usage { usage = counts }
        if let counts = event.timings { timings = counts }
        guard event.hasToken else { return nil }
        defer { last = now }
        chunks += 1
        guard let last else {
            first = now
            return .first(now - start)
        }
        return .gap(now - last)
    }

    /// Notes the mark of the end, `[DONE]`.
    mutating func end() { isComplete = true }

    /// The answer so far.
    var figures: AnswerFigures {
        let counted = usage?.generated.map { ($0, TokenSource.usage) } ?? timings?.generated.map { ($0, .timings) } ?? (chunks, .chunks)
        let pace: Duration? =
            if let first, let last, counted.0 > 1, last > first { (last - first) / (counted.0 - 1) } else { nil }
        return AnswerFigures(
            generated: counted.0, source: counted.1, prompt: usage?.prompt ?? timings?.prompt, prefilled: timings?.prefilled ?? usage?.prefilled,
            pace: pace)
    }
}

/// The origin of a number of generated tokens.
package enum TokenSource: String, Sendable, Codable, CaseIterable {
    /// The server's `usage`.
    case usage
    /// llama-server's `timings`.
    case timings
    /// The number of events with text: the server sent no number, and an event may hold several tokens.
    case chunks
}

/// The tokens of an answer.
struct AnswerFigures: Sendable, Hashable {
    let generated: Int
    let source: TokenSource
    let prompt: Int?
    let prefilled: Int?
    /// The mean time for a token after the first one; `nil` for fewer than two tokens.
    let pace: Duration?
}
