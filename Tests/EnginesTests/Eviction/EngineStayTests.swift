import ModelLibrary
import RoostCore
import Synchronization
import TestSupport
import Testing

@testable import Engines

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// With the real `llama-server`; one test at a time, because each engine takes all cores.
@Suite("How long models stay in memory", .serialized, .timeLimit(.minutes(15)))
struct EngineStayTests {
    @Test("A model goes when it was unused for its time, which counts from the end of a request, and one with another time stays")
    func keepAlive() async throws {
        let (one, two) = (try sample("sample/one"), try sample("sample/two"))
        try await withSupervisor {
            $0.keepAlive = .unused(.zero)
        } _: { supervisor in
            await supervisor.setKeepAlive(.forever, of: two.reference)
            let pid = try await supervisor.withEngine(for: one) { _ in
                // It is in use, however short its time is.
                for _ in 0..<200 { await Task.yield() }
                return try #require(await supervisor.loadedModels().first?.processIdentifier)
            }
            #expect(try await supervisor.load(two).state == .ready)
            while isAlive(pid) { try await Task.sleep(for: .milliseconds(5)) }
            while await supervisor.loadedModels().count > 1 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(await supervisor.loadedModels().map(\.reference) == [two.reference])
            await supervisor.setKeepAlive(.unused(.milliseconds(50)), of: two.reference)
            while await !supervisor.loadedModels().isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test("A pinned model does not leave memory for another one, and unloading it ends the pin")
    func pinned() async throws {
        let (one, two) = (try sample("sample/one"), try sample("sample/two"))
        try await withSupervisor {
            $0.maxModels = 1
            $0.keepAlive = .unused(.zero)
        } _: { supervisor in
            await supervisor.setPinned(true, one.reference)
            let pid = try #require(try await supervisor.load(one).processIdentifier)
            let error = try await roostError { try await supervisor.load(two) }
            #expect(error.code == .insufficientMemory && error.message.contains("sample/one is pinned"), "\(error.message)")
            #expect(isAlive(pid))
            await supervisor.unload(one.reference)
            #expect(try await supervisor.load(two).state == .ready)
        }
    }

    @Test("A pin of a repository in the configuration counts for each of its models")
    func configuredPins() async throws {
        let repository = try ModelReference(parsing: "sample/SmolLM2")
        try await withSupervisor {
            $0.pinned = [repository]
        } _: { supervisor in
            let (one, other) = (try ModelReference(parsing: "sample/SmolLM2:Q4_1"), try ModelReference(parsing: "sample/x:Q4_1"))
            let pins = [await supervisor.stay(of: one).isPinned, await supervisor.stay(of: other).isPinned]
            #expect(pins == [true, false])
        }
    }

    @Test("The models in memory are stored after each change, and the end of the server is none")
    func stored() async throws {
        let (one, two) = (try sample("sample/one"), try sample("sample/two"))
        let stored = Mutex<[[ModelReference]]>([])
        try await withSupervisor {
            $0.storeLoaded = { models in stored.withLock { $0.append(models) } }
        } _: { supervisor in
            _ = try await supervisor.load(one)
            while stored.withLock({ $0.last }) != [one.reference] { try await Task.sleep(for: .milliseconds(5)) }
            _ = try await supervisor.load(two)
            while stored.withLock({ $0.last?.count }) != 2 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(stored.withLock { $0.last?.first } == two.reference)
            await supervisor.unload(one.reference)
            while stored.withLock({ $0.last }) != [two.reference] { try await Task.sleep(for: .milliseconds(5)) }
        }
        #expect(stored.withLock { $0.last } == [two.reference])
    }

    @Test("A model whose engine is being ended at the end of the server is not stored, and one whose engine is being started again is")
    func storedAtEnd() async throws {
        let (one, two) = (try sample("sample/one"), try sample("sample/two"))
        let stored = Mutex<[[ModelReference]]>([])
        try await withSupervisor {
            $0.storeLoaded = { models in stored.withLock { $0.append(models) } }
        } _: { supervisor in
            let pid = try #require(try await supervisor.load(two).processIdentifier)
            _ = try await supervisor.load(one)
            while stored.withLock({ $0.last?.count }) != 2 { try await Task.sleep(for: .milliseconds(5)) }
            kill(pid, SIGKILL)
            while await supervisor.loadedModels().contains(where: { $0.processIdentifier == pid }) { await Task.yield() }
            await supervisor.stop(one.reference, because: "a test ends it")
        }
        #expect(stored.withLock { $0.last } == [two.reference])
    }

    @Test("A context length for one model ends its unused engine and is that of the next one; one in use is kept")
    func context() async throws {
        let entry = try sample()
        try await withSupervisor {
            $0.contextLengths = [ModelReference(repository: entry.reference.repository): 512]
        } _: { supervisor in
            #expect(try await supervisor.load(entry).plan?.contextLength == 512)
            try await supervisor.withEngine(for: entry) { _ in
                let error = try await roostError { try await supervisor.setContextLength(768, of: entry.reference) }
                #expect(error.code == .conflict && error.field == "context_length")
                try await supervisor.setContextLength(512, of: entry.reference)
            }
            try await supervisor.setContextLength(768, of: entry.reference)
            let plan = try await supervisor.load(entry).plan
            #expect(plan?.contextLength == 768 && plan?.reason == "768 as set")
        }
    }
}
