import Testing

@testable import Engines

@Suite("Models that share a place")
struct SwapTests {
    private func requests(_ models: [Int], every pause: Int, lasting duration: Int) -> [SwapSimulation.Request] {
        models.enumerated().map { SwapSimulation.Request(model: $1, arrival: $0 * pause, duration: duration) }
    }

    @Test("A B A B C is served as A A B B C: the waiting requests of a model are answered before the next swap")
    func together() async {
        var simulation = SwapSimulation(places: 1, load: 1000)
        await simulation.run(requests([1, 2, 1, 2, 3], every: 10, lasting: 500), until: 60_000)
        #expect(simulation.served.map(\.request.model) == [1, 1, 2, 2, 3] && simulation.loads == [1, 2, 3])
    }

    @Test(
        "Two clients that alternate without an end share the time: at most one part in three is spent on loading, and nobody waits longer than a load and its patience"
    )
    func alternating() async {
        // Each client asks again as soon as it is answered: as many requests as could be answered at all are there.
        var simulation = SwapSimulation(places: 1, load: 1000)
        let both = (0..<300).flatMap { turn in
            [1, 2].map { SwapSimulation.Request(model: $0, arrival: turn * 200, duration: 200) }
        }
        await simulation.run(both, until: 60_000)
        let inTime = simulation.served.filter { $0.start < 60_000 }
        #expect(!simulation.hasBroken && simulation.loads.count * 1000 <= 60_000 / 3, "\(simulation.loads.count) loads")
        for model in [1, 2] { #expect(inTime.count { $0.request.model == model } > 200) }
        // A swap for each pair of requests would be 300 loads, which alone take 300 s.
        let longest = simulation.served.map { $0.start - $0.request.arrival }.max() ?? 0
        #expect(longest <= 2 * (4000 + 1000 + 400), "\(longest) ms")
    }

    @Test("In 10,000 random patterns no engine ends that works, and every request is answered within a bound")
    func random() async {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<10_000 {
            await Task.yield()
            let models = Int.random(in: 1...4, using: &generator)
            let (places, load) = (Int.random(in: 1...2, using: &generator), Int.random(in: 1...30, using: &generator) * 100)
            let asked = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
                SwapSimulation.Request(
                    model: .random(in: 1...models, using: &generator), arrival: .random(in: 0...4000, using: &generator),
                    duration: .random(in: 1...30, using: &generator) * 100)
            }
            var simulation = SwapSimulation(places: places, load: load, step: 100)
            await simulation.run(asked, until: 600_000)
            // Each of the models before it is served for its patience, and ends with its last request.
            let turn = load + max(2000, 4 * load) + 3000 + 100
            let longest = simulation.served.map { $0.start - $0.request.arrival }.max() ?? 0
            #expect(!simulation.hasBroken && simulation.served.count == asked.count)
            #expect(longest <= 2 * models * turn, "\(asked) \(places) \(load): \(longest)")
        }
    }
}
