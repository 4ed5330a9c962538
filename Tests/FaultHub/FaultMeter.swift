import Synchronization

/// What came to a faulty hub, and what it sent.
public final class FaultMeter: Sendable {
    /// The figures.
    public struct Figures: Sendable {
        /// Requests at the hub.
        public var requests = 0
        /// Requests at the storage elsewhere.
        public var requestsElsewhere = 0
        /// Bytes that went out.
        public var bytes: Int64 = 0
        /// Whether the token came where it belongs.
        public var hasTokenAtHub = false
        /// Whether the token came to the storage elsewhere.
        public var hasTokenElsewhere = false
        var turns: [String: Int] = [:]
        /// How often it was asked what a revision means: once in each try of a pull.
        var tries = 0
        var modelAt: ContinuousClock.Instant?

        /// Nothing yet.
        public init() {}
    }

    private let state = Mutex(Figures())

    /// The figures so far.
    public var figures: Figures { state.withLock { $0 } }

    func sent(_ bytes: Int) { state.withLock { $0.bytes += Int64(bytes) } }

    /// Notes a request. Gives its turn, which try of the pull it belongs to, and how long ago the model was first asked for.
    func asked(for key: String, kind: Exchange.Kind, isElsewhere: Bool, hasToken: Bool) -> (turn: Int, tries: Int, sinceModel: Duration?) {
        state.withLock { state in
            if isElsewhere { state.requestsElsewhere += 1 } else { state.requests += 1 }
            if hasToken && isElsewhere { state.hasTokenElsewhere = true }
            if hasToken && !isElsewhere { state.hasTokenAtHub = true }
            state.turns[key, default: 0] += 1
            if kind == .info { state.tries += 1 }
            let since = state.modelAt.map { ContinuousClock.now - $0 }
            if kind == .file(FaultRepository.model), state.modelAt == nil { state.modelAt = .now }
            return (state.turns[key] ?? 1, state.tries, since)
        }
    }
}
