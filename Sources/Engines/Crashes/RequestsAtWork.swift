/// The requests that one run of an engine works on, or worked on a moment ago: those that may have caused a crash. A
/// value type; the caller passes the time.
struct RequestsAtWork: Sendable {
    /// A request that was abandoned or whose connection broke.
    private struct Left {
        let request: RequestFingerprint
        let at: Duration
        /// Whether the engine has still to show that it runs. The end of its process may be noticed late.
        var isUnchecked: Bool
    }

    /// The time after its client has disconnected during which a request may still cause a crash: llama-server checks
    /// for disconnected clients once a second.
    private static let aftermath: Duration = .seconds(10)
    /// The maximum number of abandoned requests to remember.
    private static let mostLeft = 256

    /// Whether a request was answered.
    private(set) var hasAnswered = false
    private var running: [Int: RequestFingerprint] = [:]
    private var left: [Left] = []
    /// The time at which a step was last seen to end.
    private var lastStep: Duration = .zero

    /// Records that a request was sent to the engine.
    mutating func began(_ request: RequestFingerprint, lease: Int) { running[lease] = request }

    /// Records that a request was answered.
    ///
    /// - Returns: The request, unless the engine has crashed since.
    mutating func completed(lease: Int) -> RequestFingerprint? {
        guard let request = running.removeValue(forKey: lease) else { return nil }
        hasAnswered = true
        return request
    }

    /// Records that the engine no longer works on a request, and has not run the model for it: it was refused, or looked up.
    mutating func ended(lease: Int) { running[lease] = nil }

    /// Records that a request was abandoned or its connection broke.
    ///
    /// - Parameters:
    ///   - lease: Its number.
    ///   - now: The time.
    ///   - isUnchecked: Whether the engine is checked next. Until it has passed, the request may have ended it.
    mutating func gaveUp(lease: Int, at now: Duration, isUnchecked: Bool) {
        guard let request = running.removeValue(forKey: lease) else { return }
        if left.count >= Self.mostLeft { left.removeFirst() }
        left.append(Left(request: request, at: now, isUnchecked: isUnchecked))
    }

    /// Records that the engine has passed a check of its health.
    mutating func passedCheck() {
        for index in left.indices { left[index].isUnchecked = false }
    }

    /// Records that a step has ended.
    mutating func endedStep(at now: Duration) { lastStep = now }

    /// Whether no step was seen to end since a client left, so that its request may be in one that never ends.
    var mayHang: Bool { left.last.map { $0.at >= lastStep } ?? false }

    /// The requests that may have caused a crash at this time.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - isStuck: Whether the engine ended no step since the last one that was seen.
    /// - Returns: The requests.
    func suspects(at now: Duration, isStuck: Bool = false) -> Set<RequestFingerprint> {
        let since = (isStuck ? min(lastStep, now) : now) - Self.aftermath
        return Set(running.values).union(left.filter { $0.isUnchecked || $0.at >= since }.map(\.request))
    }
}
