import Testing

@testable import Engines

@Suite("Room for one more engine")
struct EngineRoomTests {
    private func engine(_ id: Int, idle: Double = 60, load: Double = 1, requests: Int = 0, need: Int64 = 10, resident: Int64 = 0) -> EngineRoom.Engine
    {
        EngineRoom.Engine(
            id: id, requests: requests, idle: .seconds(idle), loadDuration: .seconds(load), need: need, resident: resident)
    }

    private func decide(
        _ engines: [EngineRoom.Engine], available: Int64 = 100, most: Int = 8, need: Int64 = 10, waited: Duration = .zero
    ) -> EngineRoom.Decision {
        EngineRoom(available: available, most: most, engines: engines).decide(waited: waited) { $0 >= need }
    }

    @Test("Weights in memory count as available, so what engines may still need is kept for them")
    func memory() {
        let room = EngineRoom(available: 100, most: 8, engines: [engine(1, need: 30, resident: 10), engine(2, need: 5, resident: 9)])
        #expect(room.memory() == 80)
        #expect(room.memory(without: [room.engines[0]]) == 110 && room.memory(without: room.engines) == 119)
        var leaving = engine(3, need: 30, resident: 10)
        leaving.isLeaving = true
        #expect(EngineRoom(available: 100, most: 8, engines: [leaving]).memory() == 100)
        #expect(leaving.gain == 10)
        let hostile = EngineRoom(available: .max, most: 8, engines: [engine(1, need: .max), engine(2, need: .max, resident: .min)])
        #expect(hostile.memory() <= 0)
    }

    @Test("Where there is room it starts, with the memory that is left")
    func starts() {
        #expect(decide([]) == .start(memory: 100))
        #expect(decide([engine(1, need: 30)]) == .start(memory: 70))
    }

    @Test("The least valuable engine ends first: used long ago, and quickly loaded again")
    func value() {
        let engines = [engine(1, idle: 100, load: 50), engine(2, idle: 30, load: 1), engine(3, idle: 90, load: 9)]
        #expect(decide(engines, most: 3) == .evict([2]))
        #expect(decide(engines, most: 2) == .evict([2, 3]))
        #expect(decide(engines, available: 32, need: 10) == .evict([2]))
        // One that is too small to help stays.
        #expect(decide([engine(1, idle: 900, need: 1), engine(2, need: 50)], available: 60, need: 40) == .evict([2]))
    }

    @Test("An engine that answers, loads, ends or is pinned does not end for another")
    func kept() {
        var loading = engine(1)
        loading.isLoading = true
        #expect(decide([loading], most: 1, waited: .seconds(100)) == .wait(atMost: nil))
        var leaving = engine(1)
        leaving.isLeaving = true
        #expect(decide([leaving, engine(2)], most: 2) == .wait(atMost: nil))
        var pinned = engine(1)
        pinned.isPinned = true
        #expect(decide([pinned], most: 1, waited: .seconds(100)) == .never(memory: 90))
        #expect(decide([pinned, engine(2)], most: 2) == .evict([2]))
        #expect(decide([engine(1, requests: 1)], most: 1) == .wait(atMost: .seconds(4)))
    }

    @Test("After a wait of four loads, from 2 to 20 s, busy engines take no new requests, those with the fewest first")
    func drains() {
        #expect(decide([engine(1, requests: 3), engine(2, requests: 1)], most: 2, waited: .seconds(4)) == .drain([2]))
        #expect(decide([engine(1, load: 0.1, requests: 1)], most: 1, waited: .seconds(2)) == .drain([1]))
        #expect(decide([engine(1, load: 60, requests: 1)], most: 1, waited: .seconds(19)) == .wait(atMost: .seconds(1)))
        // An unused one that is not enough alone stays until the busy one can end too.
        #expect(decide([engine(1), engine(2, requests: 1)], most: 1, waited: .seconds(9)) == .drain([2]))
        #expect(decide([engine(1, load: 1, requests: 0), engine(2, idle: 0)], most: 1, waited: .seconds(9)) == .evict([1, 2]))
    }

    @Test("An engine that was used a moment ago is kept for its next request, at most 250 ms")
    func lingers() {
        #expect(decide([engine(1, idle: 0.1, load: 4)], most: 1) == .wait(atMost: .milliseconds(150)))
        #expect(decide([engine(1, idle: 0.1, load: 0.2)], most: 1) == .evict([1]))
        #expect(decide([engine(1, idle: 0.1, load: 4)], most: 1, waited: .seconds(20)) == .evict([1]))
        var unreturned = engine(1, idle: 0.1, load: 4)
        unreturned.returns = false
        #expect(decide([unreturned], most: 1) == .evict([1]))
    }

    @Test("What could not fit alone is refused with the most memory that it could have")
    func never() {
        #expect(decide([engine(1, requests: 1, need: 30, resident: 25)], available: 60, need: 90) == .never(memory: 85))
        #expect(decide([], available: 5, need: 10) == .never(memory: 5))
    }

    @Test("With any engines, nothing ends that is in use, what is chosen is enough, and nothing of it is too much")
    func invariants() async {
        var generator = SystemRandomNumberGenerator()
        for round in 0..<10_000 {
            if round % 100 == 0 { await Task.yield() }
            let engines = (0..<Int.random(in: 0...6, using: &generator)).map { id in
                var one = engine(
                    id, idle: .random(in: 0...100, using: &generator), load: .random(in: 0...30, using: &generator),
                    requests: max(0, .random(in: -2...2, using: &generator)), need: .random(in: 0...40, using: &generator),
                    resident: .random(in: 0...40, using: &generator))
                one.isLoading = Int.random(in: 0..<5, using: &generator) == 0
                one.isLeaving = Int.random(in: 0..<5, using: &generator) == 0
                one.isPinned = Int.random(in: 0..<8, using: &generator) == 0
                return one
            }
            let need = Int64.random(in: 0...150, using: &generator)
            let waited = Duration.seconds(.random(in: 0...30, using: &generator))
            let room = EngineRoom(
                available: .random(in: 0...100, using: &generator), most: .random(in: 1...6, using: &generator), engines: engines)
            func isEnough(_ gone: [EngineRoom.Engine]) -> Bool { engines.count - gone.count < room.most && room.memory(without: gone) >= need }
            let leaving = engines.filter(\.isLeaving)
            switch room.decide(waited: waited, fits: { $0 >= need }) {
            case .start(let memory): #expect(isEnough([]) && memory >= need)
            case .evict(let ids):
                let chosen = engines.filter { ids.contains($0.id) }
                #expect(chosen.allSatisfy { $0.requests == 0 && !$0.isLoading && !$0.isLeaving && !$0.isPinned })
                #expect(isEnough(chosen + leaving) && !isEnough(leaving))
                for one in chosen { #expect(!isEnough(leaving + chosen.filter { $0 != one }), "\(room) \(need)") }
            case .drain(let ids):
                let chosen = engines.filter { ids.contains($0.id) }
                #expect(!chosen.isEmpty && chosen.allSatisfy { $0.requests > 0 && !$0.isLoading && !$0.isPinned })
                #expect(waited >= chosen.map(\.patience).max() ?? .zero)
            case .wait: #expect(!isEnough([]) && isEnough(engines.filter(\.canEnd)))
            case .never(let memory): #expect(!isEnough(engines.filter(\.canEnd)) && memory == room.memory(without: engines.filter(\.canEnd)))
            }
        }
    }
}
