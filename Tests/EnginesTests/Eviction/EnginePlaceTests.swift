import ModelFormats
import ModelLibrary
import RoostCore
import Synchronization
import TestSupport
import Testing

@testable import Engines

/// With the real `llama-server`; one test at a time, because each engine takes all cores.
@Suite("Places for engines", .serialized, .timeLimit(.minutes(15)))
struct EnginePlaceTests {
    private let gibibyte: Int64 = 1 << 30

    /// A model of 10 GiB, as far as the estimate is concerned.
    private func large() -> ModelFacts {
        var facts = ModelFacts()
        facts.contextLength = 512
        facts.weightBytes = 10 * gibibyte
        return facts
    }

    @Test("Memory decides: with room for one of two large models the unused one ends, although more may be loaded at once")
    func memory() async throws {
        let (one, two, small) = (try sample("sample/one"), try sample("sample/two"), try sample("sample/small"))
        let facts = large()
        try await withSupervisor {
            $0.maxModels = 8
            $0.availableMemory = { 16 << 30 }
            $0.examine = { $0.reference == small.reference ? ModelFacts() : facts }
        } _: { supervisor in
            let pid = try #require(try await supervisor.load(one).processIdentifier)
            let little = try #require(try await supervisor.load(small).processIdentifier)
            let fit = try await supervisor.fit(two)
            #expect(fit.verdict == .afterEviction && fit.leaving == [one.reference] && fit.need.bytes > 10 * gibibyte)
            #expect(fit.freeBytes < fit.need.bytes && fit.usableBytes >= fit.need.bytes)
            #expect(try await supervisor.fit(one).verdict == .loaded)
            #expect(try await supervisor.load(two).state == .ready)
            #expect(!isAlive(pid) && isAlive(little))
            #expect(await supervisor.loadedModels().map(\.reference) == [small.reference, two.reference])
        }
    }

    @Test("A model that could not fit alone is refused with both figures before anything ends, and is not left alone afterwards")
    func never() async throws {
        let (one, two) = (try sample("sample/one"), try sample("sample/two"))
        let facts = large()
        let available = Mutex(8 * gibibyte)
        try await withSupervisor {
            $0.maxModels = 1
            $0.availableMemory = { available.withLock { $0 } }
            $0.examine = { $0.reference == one.reference ? ModelFacts() : facts }
        } _: { supervisor in
            let pid = try #require(try await supervisor.load(one).processIdentifier)
            #expect(try await supervisor.fit(two).verdict == .never)
            let error = try await roostError { try await supervisor.load(two) }
            #expect(error.code == .insufficientMemory && error.field == "model")
            #expect(error.message.contains("sample/two needs about 11.8 GB of memory"), "\(error.message)")
            #expect(error.message.contains("10.7 GB for the weights") && error.message.contains("smaller quantisation"), "\(error.message)")
            #expect(isAlive(pid))
            available.withLock { $0 = 16 << 30 }
            #expect(try await supervisor.load(two).state == .ready)
        }
    }

    @Test("Requests for two models with one place are answered model by model, and a model that waited long takes no more requests away")
    func draining() async throws {
        let (one, two) = (try sample("sample/one"), try sample("sample/two"))
        try await withSupervisor {
            $0.maxModels = 1
        } _: { supervisor in
            let order = Order()
            _ = try await supervisor.load(one)
            let tasks = try await supervisor.withEngine(for: one) { _ in
                let second = Task { try await supervisor.withEngine(for: two) { _ in order.add("two") } }
                // Until the second model has waited long enough, the first one takes requests.
                while await !supervisor.isDraining(one) {
                    try await supervisor.withEngine(for: one) { _ in order.add("one") }
                    try await Task.sleep(for: .milliseconds(20))
                }
                let late = Task { try await supervisor.withEngine(for: one) { _ in order.add("late") } }
                for _ in 0..<100 { await Task.yield() }
                #expect(Set(order.names) == ["one"])
                return [second, late]
            }
            for task in tasks { try await task.value }
            #expect(order.names.first == "one" && order.names.suffix(2) == ["two", "late"])
        }
    }

    @Test("Models are examined at the same time, while others load and end")
    func together() async throws {
        let entries = try (0..<6).map { try sample("sample/m\($0)") }
        let examined = Mutex(Set<ModelReference>())
        try await withSupervisor {
            $0.maxModels = 2
            $0.devices = { _ in
                try? await Task.sleep(for: .milliseconds(20))
                return []
            }
            $0.examine = { entry in
                // An engine that is measured between two loads starts again, and its model is examined again.
                examined.withLock { _ = $0.insert(entry.reference) }
                // The first ones wait for each other, and all of them a little while the others begin and end.
                while examined.withLock({ $0.count < 3 }) { try await Task.sleep(for: .milliseconds(5)) }
                try await Task.sleep(for: .milliseconds(30))
                return ModelFacts()
            }
        } _: { supervisor in
            try await withThrowingTaskGroup(of: LoadedModel.self) { group in
                for entry in entries { group.addTask { try await supervisor.load(entry) } }
                for try await model in group { #expect(model.state == .ready) }
            }
            #expect(examined.withLock { $0 } == Set(entries.map(\.reference)))
            #expect(await supervisor.loadedModels().count <= 2)
        }
    }

    @Test("A place that no request waits for any more is not taken")
    func cancelled() async throws {
        let (one, two) = (try sample("sample/one"), try sample("sample/two"))
        try await withSupervisor {
            $0.maxModels = 1
        } _: { supervisor in
            try await supervisor.withEngine(for: one) { _ in
                let waiting = Task { try await supervisor.load(two) }
                while await !supervisor.waits(two) { try await Task.sleep(for: .milliseconds(5)) }
                waiting.cancel()
                await #expect(throws: CancellationError.self) { try await waiting.value }
                while await supervisor.waits(two) { try await Task.sleep(for: .milliseconds(5)) }
            }
            #expect(await supervisor.loadedModels().map(\.reference) == [one.reference])
        }
    }

    @Test("What an engine used is noted, and counts for the next load")
    func notes() async throws {
        let entry = try sample()
        let stored = Mutex(MemoryNotes())
        try await withSupervisor {
            $0.memoryOfProcess = { _ in EngineMemory(own: 3 << 30, files: 0) }
            $0.writeNotes = { notes in stored.withLock { $0 = notes } }
        } _: { supervisor in
            let plan = try #require(try await supervisor.load(entry).plan)
            while stored.withLock({ $0.bytes(entry, plan) }) == nil { try await Task.sleep(for: .milliseconds(5)) }
            #expect(stored.withLock { $0.bytes(entry, plan) } == 3 << 30)
        }
        let known = stored.withLock { $0 }
        try await withSupervisor {
            $0.readNotes = { known }
        } _: { supervisor in
            let need = try #require(try await supervisor.load(entry).memory)
            #expect(need.remembered == 3 << 30 && need.bytes == 3 << 30 + need.estimate.margin)
        }
    }
}

extension EngineSupervisor {
    fileprivate func isDraining(_ entry: ModelEntry) -> Bool { engines[entry.reference]?.isDraining == true }

    fileprivate func waits(_ entry: ModelEntry) -> Bool { engines[entry.reference]?.isWaiting == true }
}

/// The order in which requests got their engine.
private final class Order: Sendable {
    private let list = Mutex<[String]>([])

    var names: [String] { list.withLock { $0 } }

    func add(_ name: String) { list.withLock { $0.append(name) } }
}
