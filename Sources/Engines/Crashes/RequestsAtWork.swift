/// The requests that one run of an engine works on, or worked on a moment ago: those that may have caused a crash. A
/// value type; the caller passes the time.
struct RequestsAtWork: Sendable {
    /// The time after its client has disconnected during which a request may still cause a crash: llama-server checks
    /// for disconnected clients once a second.
    private static let aftermath: Duration = .seconds(10)
    /// The maximum number of abandoned requests to remember.
    private static let mostLeft = 256

    /// Whether a request was answered. Lookups do not count: they do not run the model.
    private(set) var hasAnswered = false
    private var running: [Int: RequestFingerprint] = [:]
    private var left: [(request: RequestFingerprint, at: Duration)] = []

    /// Records that a request was sent to the engine.
    mutating func began(_ request: RequestFingerprint, lease: Int) { running[lease] = request }

    /// Records that a request was answered.
    ///
    /// - Returns: The request, unless the engine has crashed since.
    mutating func completed(lease: Int, isLookup: Bool = false) -> RequestFingerprint? {
        guard let request = running.removeValue(forKey: lease) else { return nil }
        hasAnswered = hasAnswered || !isLookup
        return request
    }

    /// Records that a request was abandoned or its connection broke.
    mutating func gaveUp(lease: Int, at now: Duration) {
        guard let request = running.removeValue(forKey: lease) else { return }
        left.removeAll { now - $0.at > Self.aftermath }
        if left.count >= Self.mostLeft { left.removeFirst() }
        left.append((request, now))
    }

    /// The requests that may have caused a crash at this time.
    func suspects(at now: Duration) -> Set<RequestFingerprint> {
        Set(running.values).union(left.filter { now - $0.at <= Self.aftermath }.map(\.request))
    }
}
