import Testing

@testable import RoostCore

@Suite struct FairQueueTests {
    private func queue(_ works: [(String, String)]) -> FairQueue<String> {
        var queue = FairQueue<String>()
        for (client, work) in works { queue.add(queue.newID(), work, of: client) }
        return queue
    }

    @Test func `clients take turns, and the work of each is done in its order`() {
        var queue = queue([("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1"), ("b", "b2"), ("c", "c1")])
        var done: [String] = []
        while let work = queue.next() { done.append(work) }
        #expect(done == ["a1", "b1", "c1", "a2", "b2", "a3"])
        #expect(queue.next() == nil)
    }

    @Test func `a client that has enough done is passed over, and keeps its turn`() {
        var queue = queue([("a", "a1"), ("b", "b1"), ("b", "b2"), ("a", "a2")])
        for work in ["b1", "b2"] {
            let next = queue.next { $0 != "a" }
            #expect(next?.work == work && next?.client == "b")
        }
        #expect(queue.next { $0 != "a" } == nil)
        #expect(queue.next() == "a1" && queue.next() == "a2")
    }

    @Test func `work is taken out once, and a client without work has no turn`() {
        var queue = queue([("a", "a1"), ("b", "b1"), ("a", "a2")])
        #expect(queue.remove(2, of: "b") == "b1" && queue.remove(2, of: "b") == nil && queue.remove(1, of: "b") == nil)
        #expect(queue.next() == "a1" && queue.next() == "a2" && queue.next() == nil)
        queue.add(queue.newID(), "b2", of: "b")
        #expect(queue.next() == "b2")
    }
}
