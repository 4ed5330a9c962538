import RoostCore

/// Which requests engines crashed over, so that a crash counts against the request and not against the model that others use. A value; time is passed in.
///
/// A request that was at work when an engine crashed twice is refused for an hour. One that was answered meanwhile is innocent: it was at work beside the
/// one that caused it.
struct CrashRecord: Sendable {
    private static let crashesToRefuse = 2
    private static let memory: Duration = .seconds(3600)
    private static let mostRequests = 1024

    private struct Count {
        var crashes = 0
        var last: Duration = .zero
    }

    private var counts: [RequestFingerprint: Count] = [:]

    /// An engine crashed while it worked on these requests.
    mutating func crashed(during requests: Set<RequestFingerprint>, at now: Duration) {
        counts = counts.filter { now - $0.value.last <= Self.memory }
        for request in requests {
            counts[request, default: Count()].crashes += 1
            counts[request]?.last = now
        }
        guard counts.count > Self.mostRequests else { return }
        let oldest = counts.sorted { $0.value.last < $1.value.last }.prefix(counts.count - Self.mostRequests)
        for (request, _) in oldest { counts[request] = nil }
    }

    /// A request was answered.
    mutating func answered(_ request: RequestFingerprint) { counts[request] = nil }

    /// Refuses a request that engines crash over.
    ///
    /// - Throws: `RoostError` with code `crashesEngine`.
    func check(_ request: RequestFingerprint, at now: Duration) throws {
        guard let count = counts[request], count.crashes >= Self.crashesToRefuse, now - count.last <= Self.memory else { return }
        throw RoostError(
            .crashesEngine,
            "The engine crashed \(count.crashes) times over exactly this request, so that it is refused for an hour. Change the request; if it is an ordinary one, a newer llama-server may help.",
            context: ["crashes": "\(count.crashes)"])
    }
}
