/// The requests that one run of an engine works on, or worked on a moment ago: those that may be the reason when it crashes. A value; time is passed in.
struct RequestsAtWork: Sendable {
    /// How long after its client has left a request may still be what an engine crashes over: llama-server looks for clients that left once a second.
    private static let aftermath: Duration = .seconds(10)
    /// The most requests that are remembered after they were given up.
    private static let mostLeft = 256

    private var running: [Int: RequestFingerprint] = [:]
    private var left: [(request: RequestFingerprint, at: Duration)] = []

    /// The engine gets a request.
    mutating func began(_ request: RequestFingerprint, lease: Int) { running[lease] = request }

    /// A request was answered.
    ///
    /// - Returns: The request, unless the engine has crashed meanwhile.
    mutating func completed(lease: Int) -> RequestFingerprint? { running.removeValue(forKey: lease) }

    /// A request was given up, or its connection broke.
    mutating func gaveUp(lease: Int, at now: Duration) {
        guard let request = running.removeValue(forKey: lease) else { return }
        left.removeAll { now - $0.at > Self.aftermath }
        if left.count >= Self.mostLeft { left.removeFirst() }
        left.append((request, now))
    }

    /// Those that may have caused a crash now.
    func suspects(at now: Duration) -> Set<RequestFingerprint> {
        Set(running.values).union(left.filter { now - $0.at <= Self.aftermath }.map(\.request))
    }
}
