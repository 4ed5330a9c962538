import TestSupport
import Testing

@testable import Engines

/// Which requests an engine works on.
@Suite struct AdmissionQueueTests {
    private func request(_ id: Int, _ client: String = "a", slots: Int = 1, tokens: Int = 100) -> AdmissionQueue.Request {
        AdmissionQueue.Request(id: id, client: client, slots: slots, tokens: tokens)
    }

    @Test func `as many requests run as there are slots, the others follow in order`() throws {
        var queue = AdmissionQueue(slots: 2)
        for id in 0..<4 { try queue.add(request(id)) }
        #expect(queue.start(at: .zero).map(\.id) == [0, 1])
        #expect(queue.position(of: 2) == 1 && queue.position(of: 3) == 2 && queue.position(of: 0) == nil)
        queue.remove(1, at: .seconds(1), isAnswered: true)
        #expect(queue.start(at: .seconds(1)).map(\.id) == [2])
        queue.remove(3, at: .seconds(1), isAnswered: true)
        queue.remove(0, at: .seconds(2), isAnswered: true)
        #expect(queue.start(at: .seconds(2)).isEmpty && queue.waiting.isEmpty)
    }

    @Test func `a client with many requests delays another one by one request only`() throws {
        var queue = AdmissionQueue(slots: 1)
        for id in 0..<20 { try queue.add(request(id, "many")) }
        _ = queue.start(at: .zero)
        try queue.add(request(20, "one"))
        #expect(queue.position(of: 20) == 1)
        queue.remove(0, at: .seconds(1), isAnswered: true)
        #expect(queue.start(at: .seconds(1)).map(\.client) == ["one"])
    }

    @Test func `long requests count more than short ones`() throws {
        var queue = AdmissionQueue(slots: 1)
        for id in 0..<3 { try queue.add(request(id, "long", tokens: 1000)) }
        for id in 10..<30 { try queue.add(request(id, "short", tokens: 100)) }
        var order: [String] = []
        while let next = queue.start(at: .zero).first {
            order.append(next.client)
            queue.remove(next.id, at: .zero, isAnswered: true)
        }
        #expect(order.prefix(12).count { $0 == "short" } >= 10)
    }

    @Test func `a client that was away has not saved up work`() throws {
        var queue = AdmissionQueue(slots: 1)
        for id in 0..<10 {
            try queue.add(request(id, "busy"))
            _ = queue.start(at: .zero)
            queue.remove(id, at: .zero, isAnswered: true)
        }
        for id in 10..<14 { try queue.add(request(id, "busy")) }
        for id in 20..<24 { try queue.add(request(id, "new")) }
        var order: [String] = []
        while let next = queue.start(at: .zero).first {
            order.append(next.client)
            queue.remove(next.id, at: .zero, isAnswered: true)
        }
        #expect(order.prefix(4).count { $0 == "new" } == 2, "\(order)")
    }

    @Test func `positions are the order in which requests start`() throws {
        var queue = AdmissionQueue(slots: 1)
        var generator = SeededGenerator(seed: 7)
        for id in 0..<60 {
            let client = ["a", "a", "b", "c"].randomElement(using: &generator) ?? "a"
            try queue.add(request(id, client, tokens: Int.random(in: 1...500, using: &generator)))
        }
        let expected = queue.waiting.sorted { (queue.position(of: $0.id) ?? 0) < (queue.position(of: $1.id) ?? 0) }.map(\.id)
        var order: [Int] = []
        while let next = queue.start(at: .zero).first {
            order.append(next.id)
            queue.remove(next.id, at: .zero, isAnswered: true)
        }
        #expect(order == expected)
    }

    @Test func `a request for several answers waits for as many slots and is not overtaken`() throws {
        var queue = AdmissionQueue(slots: 4)
        for id in 0..<3 { try queue.add(request(id)) }
        _ = queue.start(at: .zero)
        try queue.add(request(3, "b", slots: 4))
        try queue.add(request(4, "c"))
        #expect(queue.start(at: .zero).isEmpty)
        for id in 0..<3 { queue.remove(id, at: .seconds(1), isAnswered: true) }
        #expect(queue.start(at: .seconds(1)).map(\.id) == [3])
        queue.remove(3, at: .seconds(2), isAnswered: true)
        #expect(queue.start(at: .seconds(2)).map(\.id) == [4])
    }

    @Test func `the queue is bounded, for each client too, and says when it has room`() throws {
        var queue = AdmissionQueue(slots: 2)
        try queue.add(request(0))
        _ = queue.start(at: .zero)
        queue.remove(0, at: .seconds(4), isAnswered: true)
        #expect(queue.averageDuration == .seconds(4))
        for id in 0..<AdmissionQueue.mostWaitingOfClient { try queue.add(request(id, "greedy")) }
        #expect(throws: AdmissionQueue.Refusal.full(isForClient: true, retryAfter: .seconds(2))) { try queue.add(request(1000, "greedy")) }
        // Two other clients come first, and one of the two slots is free again every two seconds.
        _ = queue.start(at: .seconds(4))
        for id in 66..<68 { try queue.add(request(id, "greedy")) }
        for id in 1500..<1502 { try queue.add(request(id, "\(id)")) }
        #expect(throws: AdmissionQueue.Refusal.full(isForClient: true, retryAfter: .seconds(6))) { try queue.add(request(1000, "greedy")) }
        for id in 2000..<1998 + AdmissionQueue.mostWaiting - AdmissionQueue.mostWaitingOfClient { try queue.add(request(id, "\(id)")) }
        #expect(throws: AdmissionQueue.Refusal.full(isForClient: false, retryAfter: .seconds(2))) { try queue.add(request(3000, "new")) }
    }

    @Test func `requests whose clients left do not count for the estimated wait`() throws {
        var queue = AdmissionQueue(slots: 2)
        for id in 1..<3 { try queue.add(.init(id: id, client: "a", slots: 1, tokens: 1)) }
        _ = queue.start(at: .zero)
        queue.remove(2, at: .seconds(1), isAnswered: false)
        #expect(queue.averageDuration == nil && queue.estimatedWait(ofPosition: 1) == nil)
        queue.remove(1, at: .seconds(6), isAnswered: true)
        #expect(queue.averageDuration == .seconds(6) && queue.estimatedWait(ofPosition: 3) == .seconds(9))
    }

    @Test func `a request that continues an answer goes first, is not refused, and costs its client nothing`() throws {
        var queue = AdmissionQueue(slots: 1)
        for id in 0..<AdmissionQueue.mostWaitingOfClient { try queue.add(request(id, "a")) }
        for id in 100..<100 + AdmissionQueue.mostWaiting - AdmissionQueue.mostWaitingOfClient { try queue.add(request(id, "\(id)")) }
        try queue.add(.init(id: 1000, client: "a", slots: 1, tokens: 5000, priority: -4, continues: true))
        #expect(queue.position(of: 1000) == 1 && queue.position(of: 0) == 2)
        var order: [Int] = []
        for _ in 0..<3 {
            let started = queue.start(at: .zero)
            let next = try #require(started.first)
            order.append(next.id)
            queue.remove(next.id, at: .zero, isAnswered: true)
        }
        #expect(order == [1000, 0, 100])
    }

    @Test func `a client's requests of higher priority go first, a few times`() throws {
        var queue = AdmissionQueue(slots: 1)
        func add(_ id: Int, _ priority: Int) throws { try queue.add(.init(id: id, client: "a", slots: 1, tokens: 10, priority: priority)) }
        try add(0, 0)
        _ = queue.start(at: .zero)
        try add(1, -1)
        for id in 2...20 { try add(id, 2) }
        #expect(queue.position(of: 1) == 20 && queue.position(of: 2) == 1)
        var order: [Int] = []
        queue.remove(0, at: .zero, isAnswered: true)
        while let next = queue.start(at: .zero).first {
            order.append(next.id)
            queue.remove(next.id, at: .zero, isAnswered: true)
        }
        #expect(order == Array(2...9) + [1] + Array(10...20))
    }

    @Test func `low priority leaves more of the engine to other clients, high priority takes nothing from them`() throws {
        for (priority, expected) in [(-1, 2.0), (4, 1.0)] {
            var queue = AdmissionQueue(slots: 1)
            for id in 0..<60 { try queue.add(.init(id: id, client: id < 30 ? "a" : "b", slots: 1, tokens: 10, priority: id < 30 ? priority : 0)) }
            var counts = ["a": 0, "b": 0]
            for _ in 0..<30 {
                let started = queue.start(at: .zero)
                let next = try #require(started.first)
                counts[next.client, default: 0] += 1
                queue.remove(next.id, at: .zero, isAnswered: true)
            }
            #expect(abs(Double(counts["b"] ?? 0) / Double(max(1, counts["a"] ?? 0)) - expected) < 0.4)
        }
    }

    @Test func `a request that waits for another one's prompt is overtaken by other clients, and not by its own`() throws {
        var queue = AdmissionQueue(slots: 2)
        for (id, client) in ["a", "a", "b"].enumerated() { try queue.add(.init(id: id, client: client, slots: 1, tokens: 10)) }
        let started = [queue.startNext(at: .zero) { $0.id == 0 }, queue.startNext(at: .zero) { $0.id == 0 }, queue.startNext(at: .zero)]
        #expect(started.map { $0?.id } == [2, nil, 0])
    }
}
