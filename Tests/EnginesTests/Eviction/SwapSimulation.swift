@testable import Engines

/// Clients that ask for models, one request after the other, on a machine with room for some engines: the rules of
/// `EngineRoom` with simulated time in milliseconds.
struct SwapSimulation {
    struct Request {
        let model: Int
        let arrival: Int
        let duration: Int
    }

    private struct Running {
        var readyAt: Int
        var ends: [Int] = []
        var lastUsed: Int
        var isDraining = false
    }

    let places: Int
    let load: Int
    /// The time between two looks at the state.
    let step: Int
    private var waitingSince: [Int: Int] = [:]
    private var running: [Int: Running] = [:]
    private(set) var served: [(request: Request, start: Int)] = []
    private(set) var loads: [Int] = []
    /// Whether an engine ended that answered or loaded.
    private(set) var hasBroken = false

    init(places: Int, load: Int, step: Int = 10) {
        self.step = step
        self.places = places
        self.load = load
    }

    /// Runs until all requests are served or the time is over. Other tests go on in between.
    mutating func run(_ requests: [Request], until end: Int) async {
        var queue = requests.sorted { $0.arrival < $1.arrival }
        var now = 0
        while now < end, !queue.isEmpty {
            for model in running.keys { running[model]?.ends.removeAll { $0 <= now } }
            for request in queue where request.arrival <= now && running[request.model] == nil && waitingSince[request.model] == nil {
                waitingSince[request.model] = now
            }
            queue.removeAll { request in
                guard request.arrival <= now, let engine = running[request.model], engine.readyAt <= now, !engine.isDraining else { return false }
                running[request.model]?.ends.append(now + request.duration)
                running[request.model]?.lastUsed = now + request.duration
                served.append((request, now))
                return true
            }
            place(now)
            now += step
            if now % (100 * step) == 0 { await Task.yield() }
        }
    }

    private mutating func place(_ now: Int) {
        guard let (model, since) = waitingSince.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else { return }
        let engines = running.map { id, engine in
            EngineRoom.Engine(
                id: id, requests: engine.ends.count, isLoading: engine.readyAt > now, idle: .milliseconds(max(0, now - engine.lastUsed)),
                loadDuration: .milliseconds(load))
        }
        switch EngineRoom(available: 0, most: places, engines: engines).decide(waited: .milliseconds(now - since), fits: { _ in true }) {
        case .start:
            running[model] = Running(readyAt: now + load, lastUsed: now + load)
            waitingSince[model] = nil
            loads.append(model)
            for id in running.keys { running[id]?.isDraining = false }
        case .evict(let ids):
            for id in ids {
                if let engine = running[id], !engine.ends.isEmpty || engine.readyAt > now { hasBroken = true }
                running[id] = nil
            }
            place(now)
        case .drain(let ids): for id in ids { running[id]?.isDraining = true }
        case .wait, .never: break
        }
    }
}
