import RoostCore

/// The requests during which engines crashed, so that a crash counts against the request and not against the model that
/// other clients use. A value type; the caller passes the time.
///
/// A request that was running during two crashes runs alone next time, so that no other is blamed for it. It is refused
/// for an hour when it was the only one in one of its crashes. A request that was answered in between is not counted: it
/// was only running beside the one that caused the crash.
struct CrashRecord: Sendable {
    private static let crashesToSuspect = 2
    private static let memory: Duration = .seconds(3600)
    private static let mostRequests = 1024

    private struct Count {
        var crashes = 0
        /// Whether it was the only request in one of them.
        var wasAlone = false
        var last: Duration = .zero
        /// The engine that crashed last.
        var engine = 0
    }

    private var counts: [RequestFingerprint: Count] = [:]

    /// Records a crash of an engine during these requests.
    mutating func crashed(_ engine: Int, during requests: Set<RequestFingerprint>, at now: Duration) {
        counts = counts.filter { now - $0.value.last <= Self.memory }
        for request in requests {
            var count = counts[request] ?? Count()
            count.crashes += 1
            count.wasAlone = count.wasAlone || requests.count == 1
            count.last = now
            count.engine = engine
            counts[request] = count
        }
        guard counts.count > Self.mostRequests else { return }
        let oldest = counts.sorted { $0.value.last < $1.value.last }.prefix(counts.count - Self.mostRequests)
        for (request, _) in oldest { counts[request] = nil }
    }

    /// Records that a request was answered.
    mutating func answered(_ request: RequestFingerprint) { counts[request] = nil }

    /// Forgets the crashes of an engine that was given up: it crashed with every request.
    mutating func gaveUp(_ engine: Int) { counts = counts.filter { $0.value.engine != engine } }

    /// Whether a request has to run alone, because it may be the one that crashes engines.
    func isSuspect(_ request: RequestFingerprint, at now: Duration) -> Bool { suspicion(of: request, at: now) != nil }

    /// Throws if engines have crashed repeatedly during this request.
    ///
    /// - Throws: `RoostError` with code `crashesEngine`.
    func check(_ request: RequestFingerprint, at now: Duration) throws {
        guard let count = suspicion(of: request, at: now), count.wasAlone else { return }
        throw RoostError(
            .crashesEngine,
            "The engine crashed or hung \(count.crashes) times during this exact request, at least once while it worked on nothing else, so it is refused for an hour. Change the request, or try a newer llama-server.",
            context: ["crashes": "\(count.crashes)"])
    }

    private func suspicion(of request: RequestFingerprint, at now: Duration) -> Count? {
        counts[request].flatMap { $0.crashes >= Self.crashesToSuspect && now - $0.last <= Self.memory ? $0 : nil }
    }
}
