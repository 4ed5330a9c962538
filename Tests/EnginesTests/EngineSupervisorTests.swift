import Foundation
import NIOCore
import NIOHTTP1
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import Engines
@testable import ModelLibrary

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// With the real `llama-server` and a real model; one test at a time, because each engine takes all cores.
@Suite("Engines, supervised", .serialized, .timeLimit(.minutes(15)))
struct EngineSupervisorTests {
    @Test("A model is loaded once for many callers, answers, streams, and its socket is private")
    func loadAndChat() async throws {
        let entry = try sample()
        try await withSupervisor { supervisor in
            let loaded = try await withThrowingTaskGroup(of: LoadedModel.self) { group in
                for _ in 0..<4 { group.addTask { try await supervisor.load(entry) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let pids = Set(loaded.map(\.processIdentifier))
            #expect(pids.count == 1 && pids != [nil])
            #expect(loaded.allSatisfy { $0.state == .ready && $0.loadDuration > .zero && $0.restarts == 0 })
            #expect(await supervisor.loadedModels().map(\.reference) == [entry.reference])

            let (text, events, mode) = try await supervisor.withEngine(for: entry) { engine in
                let response = try await engine.send(path: "/v1/chat/completions", body: chat(maxTokens: 12, stream: true))
                #expect(response.status == 200)
                #expect(response.contentType?.hasPrefix("text/event-stream") == true)
                var parser = ServerSentEvents()
                var events: [String] = []
                for try await chunk in response.body { events += try parser.feed(chunk) }
                let mode = try FileManager.default.attributesOfItem(atPath: engine.socket.string)[.posixPermissions] as? NSNumber
                return (try await engine.say(), events, mode?.intValue)
            }
            #expect(!text.isEmpty)
            #expect(events.count > 5)
            #expect(events.last == "[DONE]")
            #expect(mode == 0o600)
        }
    }

    @Test("Leaving a stream stops the generation")
    func leavingStopsGeneration() async throws {
        let entry = try sample()
        try await withSupervisor({ $0.contextLength = longContext }) { supervisor in
            try await supervisor.withEngine(for: entry) { engine in
                let response = try await engine.send(path: "/v1/chat/completions", body: endlessChat(stream: true))
                for try await _ in response.body { break }
                #expect(await isCancelled(supervisor, entry))
            }
        }
    }

    @Test("Cancelling a request that waits for its whole answer stops the generation too")
    func cancellingStopsGeneration() async throws {
        let entry = try sample()
        try await withSupervisor({ $0.contextLength = longContext }) { supervisor in
            try await supervisor.withEngine(for: entry) { engine in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try await engine.send(path: "/v1/chat/completions", body: endlessChat()) }
                    while try await isIdle(engine) {}
                    group.cancelAll()
                    await #expect(throws: CancellationError.self) { try await group.waitForAll() }
                }
                #expect(await isCancelled(supervisor, entry))
            }
        }
    }

    @Test("When an engine is killed in the middle of a stream, that request fails cleanly and the next one works")
    func crash() async throws {
        let entry = try sample()
        try await withSupervisor({ $0.contextLength = longContext }) { supervisor in
            let first = try #require(try await supervisor.load(entry).processIdentifier)
            let error = try await roostError {
                try await supervisor.withEngine(for: entry) { engine in
                    let response = try await engine.send(path: "/v1/chat/completions", body: endlessChat(stream: true))
                    var count = 0
                    for try await _ in response.body {
                        count += 1
                        if count == 3 { kill(first, SIGKILL) }
                    }
                }
            }
            #expect(error.code == .engineCrashed)
            #expect(error.message.contains("sample/SmolLM2:Q4_1"))
            let answer = try await supervisor.withEngine(for: entry) { try await $0.say() }
            #expect(!answer.isEmpty)
            let model = try #require(await supervisor.loadedModels().first)
            #expect(model.state == .ready)
            #expect(model.restarts == 1)
            #expect(model.processIdentifier != first)
            #expect(model.lastError?.contains("signal 9") == true)
        }
    }

    @Test("A crash counts against the request that was at work: it is refused, and the model stays there for the others")
    func crashOverRequests() async throws {
        let entry = try sample()
        try await withSupervisor({ $0.contextLength = longContext }) { supervisor in
            func crash(over request: String) async throws -> RoostError.Code {
                let fingerprint = RequestFingerprint(path: "/v1/chat/completions", body: ByteBuffer(string: request))
                return try await roostError {
                    try await supervisor.withEngine(for: entry, request: LeaseRequest(fingerprint: fingerprint)) { engine in
                        let pid = try #require(try await supervisor.load(entry).processIdentifier)
                        let response = try await engine.send(path: "/v1/chat/completions", body: endlessChat(stream: true))
                        for try await _ in response.body { kill(pid, SIGSEGV) }
                    }
                }.code
            }
            for _ in 0..<2 { #expect(try await crash(over: "grammar") == .engineCrashed) }
            #expect(try await crash(over: "grammar") == .crashesEngine)
            for other in ["a", "b"] { #expect(try await crash(over: other) == .engineCrashed) }
            #expect(try await supervisor.withEngine(for: entry) { try await $0.say() } != "")
            let model = try #require(await supervisor.loadedModels().first)
            #expect(model.state == .ready && model.restarts == 4)
        }
    }

    @Test("When the guard itself is killed, no engine stays behind")
    func guardKilled() async throws {
        let entry = try sample()
        try await withSupervisor { supervisor in
            let engine = try #require(try await supervisor.load(entry).processIdentifier)
            kill(try parent(of: engine), SIGKILL)
            while isAlive(engine) { await Task.yield() }
            // Until the supervisor has seen the end, it gives the old one.
            while try await supervisor.load(entry).processIdentifier == engine { await Task.yield() }
        }
    }

    @Test("Unloading ends the process; a repository's name unloads all its quantisations")
    func unload() async throws {
        let entry = try sample()
        try await withSupervisor { supervisor in
            let pid = try #require(try await supervisor.load(entry).processIdentifier)
            await supervisor.unload(try ModelReference(parsing: "sample/other"))
            #expect(isAlive(pid))
            await supervisor.unload(ModelReference(repository: entry.reference.repository))
            #expect(!isAlive(pid))
            #expect(await supervisor.loadedModels() == [])
        }
    }

    @Test("Shutting down ends every engine, also one that is still loading, and later requests are refused")
    func shutdown() async throws {
        let (one, two) = (try sample("sample/one"), try sample("sample/two"))
        let (supervisor, pid) = try await withSupervisor { supervisor in
            let pid = try await supervisor.load(one).processIdentifier
            // Cancelled and awaited at the end of this scope: no caller waits for the second engine now, and it is still loading.
            async let _ = supervisor.load(two)
            while await supervisor.loadedModels().count < 2 { await Task.yield() }
            return (supervisor, pid)
        }
        #expect(!isAlive(try #require(pid)))
        #expect(await supervisor.loadedModels() == [])
        #expect(try await roostError { try await supervisor.load(one) }.code == .shuttingDown)
    }

    private func isIdle(_ engine: EngineConnection) async throws -> Bool {
        let slots = try await engine.send(.GET, path: "/slots").collect(upTo: 1 << 20)
        return !String(buffer: slots).contains("\"is_processing\":true")
    }

    /// Whether the engine says that it stopped a request. It looks for a closed connection once a second, and only while nothing else goes on:
    /// asking it for its slots would disturb it.
    private func isCancelled(_ supervisor: EngineSupervisor, _ entry: ModelEntry) async -> Bool {
        for _ in 0..<12_000 {
            if await supervisor.said("cancel task", by: entry) { return true }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    private func parent(of pid: Int32) throws -> Int32 {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/ps")
        process.arguments = ["-o", "ppid=", "-p", String(pid)]
        process.standardOutput = output
        try process.run()
        process.waitUntilExit()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        return try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
}

extension EngineSupervisor {
    /// Whether an engine has printed something.
    fileprivate func said(_ words: String, by entry: ModelEntry) -> Bool {
        engines[entry.reference]?.log.lines.contains { $0.contains(words) } ?? false
    }
}
