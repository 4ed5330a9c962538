import Testing

@testable import Engines

@Suite struct LookupQueueTests {
    private func queue(_ clients: String...) -> LookupQueue {
        var queue = LookupQueue()
        for (id, client) in clients.enumerated() { queue.add(.init(id: id, client: client)) }
        return queue
    }

    @Test func `two lookups run at a time, and the others follow in order`() {
        var queue = queue("a", "b", "c", "d")
        #expect(queue.running.map(\.id) == [0, 1] && queue.waiting.map(\.id) == [2, 3])
        queue.remove(1)
        #expect(queue.running.map(\.id) == [0, 2])
        queue.remove(0)
        #expect(queue.running.map(\.id) == [2, 3] && queue.waiting.isEmpty)
    }

    @Test func `a client has one lookup at a time, and others overtake its second one`() {
        var queue = queue("a", "a", "a", "b")
        #expect(queue.running.map(\.id) == [0, 3] && queue.waiting.map(\.id) == [1, 2])
        queue.remove(3)
        #expect(queue.running.map(\.id) == [0])
        queue.remove(0)
        #expect(queue.running.map(\.id) == [1])
    }

    @Test func `the client that had no turn for longest is next, however many lookups others have`() {
        var queue = queue("a", "b", "a", "a", "b", "b", "c")
        queue.remove(0)
        #expect(queue.running.map(\.id) == [1, 6])
        queue.remove(1)
        #expect(queue.running.map(\.id) == [6, 2])
        queue.remove(6)
        #expect(queue.running.map(\.id) == [2, 4])
    }

    @Test func `a client that leaves while it waits takes no turn`() {
        var queue = queue("a", "b", "c", "d")
        queue.remove(2)
        queue.remove(0)
        #expect(queue.running.map(\.id) == [1, 3] && queue.waiting.isEmpty)
    }
}
