/// Decides whether a waiting engine may start, and which engines end for it: a value, without processes, clocks or
/// waiting.
///
/// Requests for an engine that runs are answered by it at once, also while another engine waits for its place. So the
/// requests A B A B C for one place are served as A A B B C. The wait has a limit, after which the engine takes no new
/// requests and ends with the last one of those that it has.
struct EngineRoom: Sendable, Hashable {
    /// A running engine.
    struct Engine: Sendable, Hashable {
        /// Distinguishes the engines.
        let id: Int
        /// The number of requests that it answers or that wait for it.
        var requests = 0
        var isLoading = false
        /// Whether it is being ended.
        var isLeaving = false
        /// Whether it never ends for another one.
        var isPinned = false
        /// The time since its last request.
        var idle: Duration = .zero
        /// The duration of its last load.
        var loadDuration: Duration = .zero
        /// Whether its clients are expected to ask again within a moment.
        var returns = true
        /// The memory that it may need, in bytes.
        var need: Int64 = 0
        /// The part of it that it already uses and that is not counted as available, in bytes.
        var resident: Int64 = 0

        /// The memory that is still counted as available, but that the engine may need.
        var reserved: Int64 { isLeaving ? 0 : max(0, need.clampedPlus(-max(0, resident))) }
        /// The memory that is available after its end, in addition.
        var gain: Int64 { reserved.clampedPlus(max(0, resident)) }
        /// Whether it can end without a request noticing it.
        var isUnused: Bool { requests == 0 && !isLoading && !isLeaving && !isPinned }
        /// Whether it ends some time, if it is asked to.
        var canEnd: Bool { isLeaving || !isPinned }
        /// An engine that was used long ago and loads fast is worth the least.
        var uselessness: Double { idle / max(loadDuration, .milliseconds(100)) }
        /// The time after its last request during which the next request of the same client is likely.
        var linger: Duration { returns ? Self.linger(loadDuration) : .zero }
        /// The time after a request during which the next one counts as a return: less than a new load costs.
        static func linger(_ loadDuration: Duration) -> Duration { min(.milliseconds(250), loadDuration / 4) }

        /// The longest time that another engine waits for its place while it has requests: a load should not take more
        /// than about a quarter of the time.
        var patience: Duration { min(max(.seconds(2), loadDuration * 4), .seconds(20)) }
    }

    /// What a waiting engine does next.
    enum Decision: Sendable, Hashable {
        /// Start with this much memory.
        case start(memory: Int64)
        /// End these unused engines, then ask again.
        case evict([Int])
        /// Let these engines answer the requests that they have, and no new ones, and ask again after the next change.
        case drain([Int])
        /// Ask again after the next change, or after this time.
        case wait(atMost: Duration?)
        /// It cannot start, whatever ends; this is the most memory that it could have.
        case never(memory: Int64)
    }

    /// The memory that programs can still allocate, in bytes.
    var available: Int64
    /// The most engines at the same time.
    var most: Int
    /// The engines that run, without those that wait for a place.
    var engines: [Engine]

    /// The memory that a further engine may use after the end of some engines, in bytes.
    func memory(without leaving: [Engine] = []) -> Int64 {
        let reserved = engines.reduce(Int64(0)) { $0.clampedPlus($1.reserved) }
        return available.clampedPlus(-reserved).clampedPlus(leaving.reduce(Int64(0)) { $0.clampedPlus($1.gain) })
    }

    /// Decides about the engine that has waited longest.
    ///
    /// - Parameters:
    ///   - waited: The time that it has waited.
    ///   - fits: Whether it can run with this much memory.
    /// - Returns: What it does next.
    func decide(waited: Duration, fits: (Int64) -> Bool) -> Decision {
        func isRoom(without leaving: [Engine]) -> Bool { engines.count - leaving.count < most && fits(memory(without: leaving)) }
        if isRoom(without: []) { return .start(memory: memory()) }
        let leaving = engines.filter(\.isLeaving)
        if isRoom(without: leaving) { return .wait(atMost: nil) }
        let unused = engines.filter(\.isUnused).sorted { ($0.uselessness, $1.id) > ($1.uselessness, $0.id) }
        if let enough = Self.fewest(of: unused, { isRoom(without: leaving + $0) }) {
            let pause = waited >= patience(enough) ? .zero : enough.map { $0.linger - $0.idle }.max() ?? .zero
            return pause > .zero ? .wait(atMost: pause) : .evict(enough.map(\.id))
        }
        // Those with the fewest requests end first; an engine that loads has to finish that.
        let busy = engines.filter { !$0.isUnused && !$0.isLeaving && !$0.isPinned }
            .sorted { ($0.isLoading ? 1 : 0, $0.requests, $0.id) < ($1.isLoading ? 1 : 0, $1.requests, $1.id) }
        guard let enough = Self.fewest(of: busy, { isRoom(without: leaving + unused + $0) }) else {
            return .never(memory: memory(without: engines.filter(\.canEnd)))
        }
        let drained = enough.filter { !$0.isLoading }
        let pause = patience(drained) - waited
        guard pause > .zero else { return drained.isEmpty ? .wait(atMost: nil) : .drain(drained.map(\.id)) }
        return .wait(atMost: pause)
    }

    private func patience(_ engines: [Engine]) -> Duration { engines.map(\.patience).max() ?? .zero }

    /// Returns the first engines that are enough, without those of them that are not needed.
    private static func fewest(of engines: [Engine], _ isEnough: ([Engine]) -> Bool) -> [Engine]? {
        guard let count = (1...max(1, engines.count)).first(where: { isEnough(Array(engines.prefix($0))) }), !engines.isEmpty else { return nil }
        var chosen = Array(engines.prefix(count))
        for engine in chosen {
            let fewer = chosen.filter { $0 != engine }
            if !fewer.isEmpty, isEnough(fewer) { chosen = fewer }
        }
        return chosen
    }
}
