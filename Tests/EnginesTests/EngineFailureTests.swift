import Foundation
import ModelLibrary
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import Engines

/// With the real `llama-server`; one test at a time, because each engine takes all cores.
@Suite("Engines that cannot be had", .serialized, .timeLimit(.minutes(15)))
struct EngineFailureTests {
    @Test("A corrupt file fails with the engine's own reason and is left alone for a while; other engines stay up")
    func corrupt() async throws {
        let directory = try TemporaryDirectory()
        let broken = try sample("sample/broken", file: try directory.write("broken.gguf", Array(repeating: UInt8(ascii: "X"), count: 4096)))
        let good = try sample()
        try await withSupervisor { supervisor in
            let pid = try await supervisor.load(good).processIdentifier
            let first = try await roostError { try await supervisor.load(broken) }
            #expect(first.code == .engineLoadFailed)
            #expect(first.message.contains("invalid magic characters: 'XXXX'"), "\(first.message)")
            #expect(first.message.contains("broken.gguf"))
            #expect(first.message.contains("roost models repair sample/broken"))
            let second = try await roostError { try await supervisor.withEngine(for: broken) { _ in } }
            #expect(second.code == .engineCoolingDown)
            #expect(second.message.contains("invalid magic characters"))
            let wait = try #require(second.retryAfter)
            #expect(wait > .seconds(250) && wait <= .seconds(300))
            #expect(await supervisor.loadedModels().map(\.state) == [.ready, .failed])
            #expect(try await supervisor.load(good).processIdentifier == pid)
        }
    }

    @Test(
        "Files that turn out broken when they are looked at never reach an engine, and their model is left alone for a while; what is found reaches the engine"
    )
    func examined() async throws {
        let (broken, good) = (try sample("sample/broken"), try sample())
        try await withSupervisor {
            $0.examine = { entry in
                guard entry.reference != broken.reference else { throw RoostError(.unexpected, "Its third tensor is upside down.") }
                var facts = ModelFacts()
                facts.contextLength = 512
                return facts
            }
        } _: { supervisor in
            let first = try await roostError { try await supervisor.load(broken) }
            #expect(first.code == .engineLoadFailed && first.message.contains("Its third tensor is upside down."), "\(first.message)")
            #expect(try await roostError { try await supervisor.load(broken) }.code == .engineCoolingDown)
            #expect(try await supervisor.load(good).plan?.contextLength == 512)
            #expect(await supervisor.loadedModels().map(\.state) == [.ready, .failed])
        }
    }

    @Test("A file cut short fails with the engine's own reason")
    func truncated() async throws {
        let directory = try TemporaryDirectory()
        let whole = try FileHandle(forReadingFrom: URL(fileURLWithPath: TestEnvironment.sampleModel.string))
        let half = try #require(try whole.read(upToCount: 40_000_000))
        let entry = try sample("sample/half", file: try directory.write("half.gguf", half))
        try await withSupervisor { supervisor in
            let error = try await roostError { try await supervisor.load(entry) }
            #expect(error.code == .engineLoadFailed)
            #expect(error.message.contains("tensor"), "\(error.message)")
            #expect(error.message.contains("roost models repair sample/half"))
        }
    }

    @Test("After the cooldown a model is tried again; everybody who waited for a failed load gets its reason")
    func cooldownEnds() async throws {
        let directory = try TemporaryDirectory()
        let broken = try sample("sample/broken", file: try directory.write("broken.gguf", Array(repeating: UInt8(ascii: "X"), count: 4096)))
        try await withSupervisor {
            $0.loadCooldown = .zero
        } _: { supervisor in
            let codes = try await withThrowingTaskGroup(of: RoostError.Code.self) { group in
                for _ in 0..<3 { group.addTask { try await roostError { try await supervisor.load(broken) }.code } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes == Array(repeating: .engineLoadFailed, count: 3))
            #expect(try await roostError { try await supervisor.load(broken) }.code == .engineLoadFailed)
        }
    }

    @Test("An engine that is not there, and an argument it does not know, are reported in its own words")
    func cannotStart() async throws {
        let entry = try sample()
        try await withSupervisor {
            $0.locateExecutable = { "/nowhere/llama-server" }
        } _: { supervisor in
            let error = try await roostError { try await supervisor.load(entry) }
            #expect(error.code == .engineLoadFailed)
            #expect(error.message.contains("cannot start /nowhere/llama-server: No such file or directory"), "\(error.message)")
        }
        try await withSupervisor {
            $0.extraArguments = ["--quux"]
        } _: { supervisor in
            let error = try await roostError { try await supervisor.load(entry) }
            #expect(error.message.contains("invalid argument: --quux"), "\(error.message)")
        }
    }

    @Test("A load that takes too long is ended")
    func tooSlow() async throws {
        let entry = try sample()
        try await withSupervisor {
            $0.loadTimeout = .milliseconds(1)
        } _: { supervisor in
            let error = try await roostError { try await supervisor.load(entry) }
            #expect(error.code == .engineLoadFailed)
            #expect(error.message.contains("did not finish loading"), "\(error.message)")
        }
    }

    #if os(Linux)
        @Test("An engine that needs more memory than it may have is ended with the limit and what helps; the next load has its own")
        func memoryLimit() async throws {
            let entry = try sample()
            try await withSupervisor {
                $0.memoryLimit = .bytes(64 << 20)
            } _: { supervisor in
                let error = try await roostError { try await supervisor.load(entry) }
                #expect(error.code == .engineLoadFailed)
                #expect(error.message.contains("it needed more than the 67.1 MB of memory that it may have"), "\(error.message)")
                #expect(error.message.hasSuffix("allow more memory (engine_memory_limit)."), "\(error.message)")
            }
        }
    #endif

    @Test(
        "A program that is no engine fails with its end, and nothing of it stays",
        arguments: [
            ("exec true", "it exited with status 0"), ("echo 'error: no such thing'; exit 3", "error: no such thing"),
            ("exec sleep 1000", "did not finish"), ("trap '' TERM; while :; do sleep 1; done", "did not finish"), ("exec yes", "did not finish"),
            ("kill -SEGV $$", "signal 11"),
        ] as [(String, String)])
    func impostor(script: String, reason: String) async throws {
        let directory = try TemporaryDirectory()
        let note = directory.path.appending("pid")
        let program = try directory.write("impostor", Array("#!/bin/sh\necho $$ >'\(note)'\n\(script)\n".utf8))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program.string)
        let entry = try sample()
        try await withSupervisor {
            $0.locateExecutable = { program }
            // One that ends by itself may take long on a crowded machine.
            if reason == "did not finish" { $0.loadTimeout = .seconds(3) }
        } _: { supervisor in
            let error = try await roostError { try await supervisor.load(entry) }
            #expect(error.code == .engineLoadFailed && error.message.contains(reason), "\(error.message)")
        }
        // On a crowded machine the time may be over before the program has begun.
        guard reason != "did not finish" || FileManager.default.fileExists(atPath: note.string) else { return }
        let text = try String(contentsOfFile: note.string, encoding: .utf8)
        #expect(!isAlive(try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))))
    }

    @Test("With room for one, an idle engine gives way, and a busy one does not")
    func leastRecentlyUsed() async throws {
        let (one, two) = (try sample("sample/one"), try sample("sample/two"))
        try await withSupervisor {
            $0.maxModels = 1
            $0.busyTimeout = .milliseconds(200)
        } _: { supervisor in
            let pid = try #require(try await supervisor.load(one).processIdentifier)
            #expect(try await supervisor.load(two).state == .ready)
            #expect(!isAlive(pid))
            #expect(await supervisor.loadedModels().map(\.reference) == [two.reference])
            try await supervisor.withEngine(for: two) { _ in
                let error = try await roostError { try await supervisor.load(one) }
                #expect(error.code == .enginesBusy)
                #expect(error.retryAfter != nil)
                #expect(error.message.contains("sample/two"))
            }
            #expect(try await supervisor.load(one).state == .ready)
        }
    }
}
