import Foundation
import ModelLibrary
import RoostCore
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Engines

@Suite(.timeLimit(.minutes(15))) struct LoadProgressTests {
    private func reading(_ read: Int64?, _ elapsed: Duration, last: Duration? = nil) -> LoadProgress {
        LoadProgress(stage: .reading, elapsed: elapsed, readBytes: read, totalBytes: 4_000_000_000, lastDuration: last)
    }

    @Test func `the time that is left is that of the last load, or of the rest of the bytes when that is over`() {
        #expect(reading(nil, .seconds(12), last: .seconds(40)).left == .seconds(28))
        #expect(reading(1_000_000_000, .seconds(12), last: .seconds(40)).left == .seconds(28))
        #expect(reading(1_000_000_000, .seconds(41), last: .seconds(40)).left == .seconds(123))
        #expect(reading(1_000_000_000, .seconds(12)).left == .seconds(36))
    }

    @Test func `nothing is estimated from nothing, from the first bytes or from more bytes than there are`() {
        for progress in [
            reading(nil, .seconds(12)), reading(0, .seconds(12)), reading(300_000_000, .seconds(12)), reading(4_000_000_000, .seconds(12)),
            reading(nil, .seconds(41), last: .seconds(40)), LoadProgress(stage: .reading, elapsed: .seconds(1), readBytes: 5, totalBytes: 0),
        ] { #expect(progress.left == nil, "\(progress)") }
        #expect(reading(5_000_000_000, .seconds(1)).readBytes == 4_000_000_000 && reading(-5, .seconds(1)).readBytes == 0)
        // The load has not begun.
        for stage in [LoadProgress.Stage.examining, .waiting] {
            #expect(LoadProgress(stage: stage, elapsed: .seconds(1), totalBytes: 9, lastDuration: .seconds(40)).left == nil)
        }
    }

    @Test func `the words contain what is known and nothing else`() {
        #expect(
            reading(1_200_000_000, .seconds(12), last: .seconds(40)).description
                == "reading its files, about 1.2 GB of 4.0 GB, 12 s so far, about 28 s left")
        #expect(reading(nil, .milliseconds(999)).description == "reading its files, 0 s so far")
        #expect(LoadProgress(stage: .waiting, elapsed: .seconds(3), totalBytes: 9).description == "waiting for memory, 3 s so far")
    }

    @Test func `a real engine prints its stages in their order, and a duration is noted for the next load`() async throws {
        let entry = try sample()
        let stored = Mutex(MemoryNotes())
        let (lines, duration) = try await withSupervisor {
            $0.writeNotes = { notes in stored.withLock { $0 = notes } }
        } _: { supervisor in
            let loaded = try await supervisor.load(entry)
            #expect(await supervisor.loadedModels().first?.progress == nil)
            while stored.withLock({ $0.loadDuration(entry) }) == nil { try await Task.sleep(for: .milliseconds(5)) }
            return (await supervisor.printed(by: entry), loaded.loadDuration)
        }
        let log = EngineLog()
        var stages = [log.loadStage]
        for line in lines {
            log.append(Array("\(line)\n".utf8))
            if log.loadStage != stages.last { stages.append(log.loadStage) }
        }
        #expect(stages == [.starting, .reading, .warmingUp], "\(lines)")
        let known = stored.withLock { $0 }
        #expect(try abs((#require(known.loadDuration(entry)) - duration) / .seconds(1)) < 0.001)
        let folder = try TemporaryDirectory()
        let go = folder.path.appending("go")
        let script = "#!/bin/sh\nwhile [ ! -e \(go) ]; do sleep 0.05; done\nexec \(try TestEnvironment.llamaServer) \"$@\"\n"
        let engine = try folder.write("llama-server", script.utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: engine.string)
        try await withSupervisor {
            $0.readNotes = { known }
            $0.locateExecutable = { engine }
        } _: { supervisor in
            let load = Task { try await supervisor.load(entry) }
            var last: Duration?
            while last == nil, await supervisor.loadedModels().first?.state != .ready {
                last = await supervisor.loadedModels().first?.progress?.lastDuration
            }
            _ = try folder.write("go", "".utf8)
            _ = try await load.value
            #expect(last == known.loadDuration(entry))
        }
    }
}

extension EngineSupervisor {
    fileprivate func printed(by entry: ModelEntry) -> [String] { engines[entry.reference]?.log.lines ?? [] }
}
