/// Decides which requests an engine works on and in which order the others follow, so that llama-server's own queue, which
/// is unbounded and treats all clients alike, stays empty. A value type; the caller passes the time.
///
/// Clients share an engine fairly, whatever number of requests each of them sends: the next request is that of the waiting
/// client for which the engine has done the least work, and the work of a request is its number of tokens (start-time fair
/// queueing). A client that was away does not save up work. Requests of one client keep their order, except that those
/// of higher priority may overtake one a few times, so none waits for ever. The queue is bounded, for each client too.
struct AdmissionQueue: Sendable {
    /// A request.
    struct Request: Sendable, Hashable {
        /// Distinguishes the requests of an engine.
        let id: Int
        /// The client, such as its address.
        let client: String
        /// The number of slots that it needs, 1 or more: one for each answer.
        let slots: Int
        /// The work, in tokens of prompt and answer together; an estimate, 1 or more.
        let tokens: Int
        /// Which requests of the same client go first: those with the highest number. A negative one also leaves more of the
        /// engine to other clients; a positive one takes nothing from them.
        var priority = 0
        /// Whether it continues an answer that a client has in part. It had its turn, so it goes first, is never refused, and does
        /// not count as work again.
        var continues = false
        /// Whether it may crash engines, so that nothing else may be at work beside it.
        var isSuspect = false
        /// The begin of its prompt; `nil` if it is unknown or the request needs several slots.
        var prompt: PromptOutline?
    }

    /// The reason why a request is not accepted.
    enum Refusal: Error, Hashable {
        /// The queue is full, for all clients or for this one; with the estimated time until it has room.
        case full(isForClient: Bool, retryAfter: Duration)
    }

    /// The most waiting requests.
    static let mostWaiting = 256
    /// The most waiting requests of one client.
    static let mostWaitingOfClient = 64
    /// The allowed priorities.
    static let priorities = -4...4
    /// How often a request is overtaken by later ones of its client.
    static let mostOvertaken = 8

    /// The number of requests that the engine processes in parallel.
    var slots: Int
    /// The running requests and their start times.
    private(set) var running: [Int: (request: Request, since: Duration)] = [:]
    /// The waiting requests in the order of arrival.
    private(set) var waiting: [Request] = []
    /// The average duration of an answered request; `nil` until one was answered.
    private(set) var averageDuration: Duration?
    /// The work that was done for each client with requests, in tokens.
    private var work: [String: Int] = [:]
    /// How often a waiting request was overtaken by later ones of its client.
    private var overtaken: [Int: Int] = [:]
    /// The work of the client that was served last, at that time. New clients begin here.
    private var present = 0

    /// Creates a queue.
    ///
    /// - Parameter slots: The number of requests that the engine processes in parallel; 1 or more.
    init(slots: Int) { self.slots = slots }

    /// The number of free slots.
    var freeSlots: Int { slots - running.values.reduce(0) { $0 + $1.request.slots } }

    /// Adds a request. `start` decides when it runs.
    ///
    /// - Throws: `Refusal`.
    mutating func add(_ request: Request) throws(Refusal) {
        let ofClient = waiting.count { $0.client == request.client }
        guard request.continues || waiting.count < Self.mostWaiting && ofClient < Self.mostWaitingOfClient else {
            let isForClient = ofClient >= Self.mostWaitingOfClient
            throw .full(isForClient: isForClient, retryAfter: timeUntilRoom(for: isForClient ? request.client : nil))
        }
        work[request.client] = max(work[request.client] ?? present, present)
        waiting.append(request)
    }

    /// Starts the next request, if there is room for it now.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - isHeld: Whether a request waits for another one's prompt. Requests of other clients may overtake it.
    /// - Returns: The request, which has to be removed at its end; `nil` if there is none or no room.
    mutating func startNext(at now: Duration, isHeld: (Request) -> Bool = { _ in false }) -> Request? {
        // A request that needs more slots than are free waits for them, and so do those behind it: otherwise it might
        // wait for ever.
        guard let next = nextRequest(isHeld), next.slots <= freeSlots else { return nil }
        waiting.removeAll { $0.id == next.id }
        overtaken[next.id] = nil
        running[next.id] = (next, now)
        guard !next.continues else { return next }
        for other in waiting where other.client == next.client && other.id < next.id { overtaken[other.id, default: 0] += 1 }
        present = max(present, work[next.client] ?? 0)
        work[next.client, default: 0] += next.work
        return next
    }

    /// Removes a request that has ended, or whose client left.
    ///
    /// - Parameters:
    ///   - id: The request.
    ///   - now: The time.
    ///   - isAnswered: Whether it was answered to the end.
    mutating func remove(_ id: Int, at now: Duration, isAnswered: Bool) {
        if let (request, since) = running.removeValue(forKey: id) {
            if isAnswered {
                let duration = now - since
                averageDuration = averageDuration.map { ($0 * 7 + duration) / 8 } ?? duration
            }
            forget(request.client)
        } else if let index = waiting.firstIndex(where: { $0.id == id }) {
            overtaken[id] = nil
            forget(waiting.remove(at: index).client)
        }
    }

    /// The number of requests that start before a waiting one, plus one.
    ///
    /// - Returns: `nil` for a request that does not wait.
    func position(of id: Int) -> Int? {
        // The order is that of the work of each client when it is a request's turn.
        var done = work
        let turns = waiting.sorted(by: goesFirst).map { request in
            defer { done[request.client, default: 0] += request.work }
            return (id: request.id, turn: turn(of: request, done))
        }
        guard let own = turns.first(where: { $0.id == id }) else { return nil }
        return 1 + turns.count { $0.turn < own.turn }
    }

    /// The estimated time until the request at a position starts: each slot starts one after the average duration. `nil`
    /// before a request has shown how long one takes.
    func estimatedWait(ofPosition position: Int) -> Duration? { averageDuration.map { $0 * position / slots } }

    /// The estimated time until another request may wait: until the next one starts, of this client if there is one.
    private func timeUntilRoom(for client: String?) -> Duration {
        let ofClient = waiting.filter { $0.client == client }.min(by: goesFirst)
        return estimatedWait(ofPosition: ofClient.flatMap { position(of: $0.id) } ?? 1) ?? .seconds(1)
    }

    private func nextRequest(_ isHeld: (Request) -> Bool) -> Request? {
        guard freeSlots > 0 else { return nil }
        var first: [String: Request] = [:]
        for request in waiting {
            if let other = first[request.client], !goesFirst(request, other) { continue }
            first[request.client] = request
        }
        // Of clients with equal work, the one whose request came first.
        return first.values.filter { !isHeld($0) }.min { turn(of: $0, work) < turn(of: $1, work) }
    }

    /// What orders the requests of different clients: the least goes first.
    private func turn(of request: Request, _ work: [String: Int]) -> (Int, Int, Int) {
        (request.continues ? 0 : 1, work[request.client] ?? 0, request.id)
    }

    /// Whether one of two requests of a client starts before the other one.
    private func goesFirst(_ one: Request, _ other: Request) -> Bool {
        if one.continues != other.continues { return one.continues }
        let waitedLong = [one, other].map { overtaken[$0.id, default: 0] >= Self.mostOvertaken }
        if waitedLong[0] != waitedLong[1] { return waitedLong[0] }
        return waitedLong[0] || one.priority == other.priority ? one.id < other.id : one.priority > other.priority
    }

    /// Forgets the work of a client without requests. It begins at the present when it returns.
    private mutating func forget(_ client: String) {
        guard !waiting.contains(where: { $0.client == client }), !running.values.contains(where: { $0.request.client == client }) else { return }
        if let done = work[client], done <= present { work[client] = nil }
        guard work.count > 4 * Self.mostWaiting else { return }
        let active = Set(waiting.map(\.client)).union(running.values.map(\.request.client))
        work = work.filter { active.contains($0.key) }
    }
}

extension AdmissionQueue.Request {
    /// The work that counts for the client; twice as much for each step below the normal priority.
    fileprivate var work: Int { continues ? 0 : tokens << max(0, -priority) }
}
