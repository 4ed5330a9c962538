import RoostCore

/// The requests during which engines crashed, so that a crash counts against the request and not against the model that
/// other clients use. A value type; the caller passes the time.
///
/// A request that was running during two crashes of an engine is refused for an hour. A request that was answered in
/// between is not counted: it was only running beside the one that caused the crash.
struct CrashRecord: Sendable {
    private static let crashesToRefuse = 2
    private static let memory: Duration = .seconds(3600)
    private static let mostRequests = 1024

    private struct Count {
        var crashes = 0
        var last: Duration = .zero
    }

    private var counts: [RequestFingerprint: Count] = [:]

    /// Records a crash of an engine during these requests.
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

    /// Records that a request was answered.
    mutating func answered(_ request: RequestFingerprint) { counts[request] = nil }

    /// Throws if engines have crashed repeatedly during this request.
    ///
    /// - Throws: `RoostError` with code `crashesEngine`.
    func check(_ request: RequestFingerprint, at now: Duration) throws {
        guard let count = counts[request], count.crashes >= Self.crashesToRefuse, now - count.last <= Self.memory else { return }
        throw RoostError(
            .crashesEngine,
            "The engine crashed \(count.crashes) times during this exact request, so it is refused for an hour. Change the request, or try a newer llama-server.",
            context: ["crashes": "\(count.crashes)"])
    }
}
