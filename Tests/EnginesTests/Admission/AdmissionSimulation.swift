import TestSupport

@testable import Engines

/// A random pattern of arrivals, ends and departures, and what must hold at each moment.
struct AdmissionSimulation {
    /// A fault of the queue, to show that each rule is checked.
    enum Fault: CaseIterable {
        /// It has a slot more than the engine.
        case tooManyRun
        /// It reports the started requests in the wrong order.
        case orderOfClientBroken
        /// It starts nothing.
        case nothingStarts
        /// It keeps the requests that it refused.
        case queueWithoutBound
        /// It treats all clients as one.
        case unfair
        /// It treats a request that continues an answer as a new one.
        case continuedLikeNew
    }

    private(set) var violations: [String] = []
    private var queue: AdmissionQueue
    private let slots: Int
    /// The lowest priority of its requests. Without low ones, fairness can be checked exactly.
    private let lowest: Int
    private var clients: [Int: String] = [:]
    private var kept = 0
    private var generator: SeededGenerator
    private let fault: Fault?
    private var now: Duration = .zero
    private var ends: [(id: Int, at: Duration)] = []
    /// The last started request of each client and priority.
    private var lastStarted: [String: Int] = [:]
    private var priorities: [Int: Int] = [:]
    /// The waiting requests that continue an answer.
    private var continued: Set<Int> = []
    /// How often each waiting request was overtaken by later ones of its client.
    private var overtaken: [Int: Int] = [:]
    private var nextID = 0
    /// For each waiting request, the work that was started for others since it came.
    private var passed: [Int: (own: Int, others: Int)] = [:]

    init(seed: UInt64, fault: Fault? = nil) {
        generator = SeededGenerator(seed: seed)
        self.fault = fault
        slots = Int.random(in: 1...4, using: &generator)
        lowest = Bool.random(using: &generator) ? 0 : AdmissionQueue.priorities.lowerBound
        queue = AdmissionQueue(slots: slots + (fault == .tooManyRun ? 1 : 0))
    }

    mutating func run(steps: Int) {
        if fault == .queueWithoutBound { for _ in 0..<2 * AdmissionQueue.mostWaiting { arrive() } }
        for _ in 0..<steps {
            now += .milliseconds(Int.random(in: 1...200, using: &generator))
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<6: arrive()
            case 6..<9: endNext()
            default: leave()
            }
            start()
            check()
        }
        while !ends.isEmpty {
            endNext()
            start()
            check()
        }
        if !queue.waiting.isEmpty { violations.append("\(queue.waiting.count) requests never started") }
    }

    private mutating func arrive() {
        let client = ["a", "a", "a", "b", "c"].randomElement(using: &generator) ?? "a"
        var request = AdmissionQueue.Request(
            id: nextID, client: fault == .unfair ? "all" : client, slots: Int.random(in: 1...slots, using: &generator),
            tokens: Int.random(in: 1...1000, using: &generator),
            priority: Int.random(in: lowest...AdmissionQueue.priorities.upperBound, using: &generator))
        let continues = Int.random(in: 0..<20, using: &generator) == 0
        request.continues = continues && fault != .continuedLikeNew
        nextID += 1
        clients[request.id] = client
        priorities[request.id] = request.priority
        do {
            try queue.add(request)
            if continues { continued.insert(request.id) } else { passed[request.id] = (0, 0) }
        } catch {
            if continues { violations.append("a request that continues an answer was refused") }
            if fault == .queueWithoutBound { kept += 1 }
            let ofClient = queue.waiting.count { $0.client == request.client }
            if ofClient < AdmissionQueue.mostWaitingOfClient, queue.waiting.count < AdmissionQueue.mostWaiting {
                violations.append("a request was refused although there was room")
            }
        }
    }

    private mutating func start() {
        if fault == .nothingStarts { return }
        var started = queue.start(at: now)
        if fault == .orderOfClientBroken { started.reverse() }
        for request in started {
            ends.append((request.id, now + .milliseconds(Int.random(in: 1...2000, using: &generator))))
            if continued.remove(request.id) != nil { continue }
            if !continued.isEmpty { violations.append("\(request.id) started before one that continues an answer") }
            let client = clients[request.id] ?? ""
            let line = "\(client) \(request.priority)"
            if let last = lastStarted[line], last > request.id { violations.append("\(request.id) started after \(last) of its client and priority") }
            lastStarted[line] = request.id
            passed[request.id] = nil
            for waiting in queue.waiting {
                guard clients[waiting.id] == client else {
                    passed[waiting.id]?.others += request.tokens
                    continue
                }
                let counted = work(request)
                passed[waiting.id]?.own += counted
                guard waiting.id < request.id else { continue }
                overtaken[waiting.id, default: 0] += 1
                let most = AdmissionQueue.mostOvertaken + AdmissionQueue.mostWaitingOfClient
                if overtaken[waiting.id, default: 0] > most { violations.append("\(waiting.id) was overtaken too often") }
            }
        }
    }

    /// The work that counts for a client.
    private func work(_ request: AdmissionQueue.Request) -> Int { request.tokens << max(0, -(priorities[request.id] ?? 0)) }

    private mutating func endNext() {
        guard let index = ends.indices.min(by: { ends[$0].at < ends[$1].at }) else { return }
        now = max(now, ends[index].at)
        queue.remove(ends.remove(at: index).id, at: now, isAnswered: true)
    }

    private mutating func leave() {
        guard let gone = queue.waiting.randomElement(using: &generator) else { return }
        queue.remove(gone.id, at: now, isAnswered: false)
        continued.remove(gone.id)
        passed[gone.id] = nil
    }

    private mutating func check() {
        let used = queue.running.values.reduce(0) { $0 + $1.request.slots }
        if used > slots { violations.append("\(used) of \(slots) slots were used") }
        let waiting = queue.waiting.count { !$0.continues } + kept
        if waiting > AdmissionQueue.mostWaiting { violations.append("\(waiting) requests wait") }
        // Each of the two other clients may get as much work as this one's own before it, and two requests more, which
        // may have counted several times.
        for (id, work) in passed where work.others > 2 * (work.own + 2000 << -lowest) {
            violations.append("\(id) was passed by \(work.others) tokens, with \(work.own) of its own client before it")
        }
        if let first = queue.waiting.first, queue.running.isEmpty { violations.append("\(first.id) waits although nothing runs") }
    }
}
