import Foundation
import ModelLibrary
import RoostCore
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Engines

/// Calibrations of a real engine. How fast it is decides nothing here.
@Suite(.serialized) struct CalibrationTests {
    /// What a calibration has told so far.
    private final class Told: Sendable {
        private let state = Mutex<[CalibrationProgress]>([])

        var all: [CalibrationProgress] { state.withLock { $0 } }
        /// Whether an engine has been started and is being measured.
        private var isMeasuring: Bool { all.contains { $0.changes > 0 } }

        func add(_ progress: CalibrationProgress) { state.withLock { $0.append(progress) } }

        /// Waits until there is something to interrupt.
        func begin() async throws {
            for _ in 0..<60_000 where !isMeasuring { try await Task.sleep(for: .milliseconds(5)) }
            try #require(isMeasuring)
        }
    }

    /// Enough time for a busy machine.
    private func options(_ changes: [TuningChange]?) -> CalibrationOptions {
        var options = CalibrationOptions(limit: .seconds(900))
        options.changes = changes
        return options
    }

    private func sockets(_ folder: FilePath) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.string).filter { $0.hasSuffix(".sock") }
    }

    /// A supervisor with one thread per engine, whose options are recorded by the engine itself.
    private func withTuned(
        _ adjust: (inout EngineConfiguration) -> Void = { _ in }, _ body: (EngineSupervisor, FilePath) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { root in
            try await withSupervisor {
                $0.runtimeDirectory = root.appending("run")
                $0.tuningFile = root.appending("engine-tuning.json")
                $0.threads = 1
                adjust(&$0)
            } _: {
                try await body($0, root)
            }
        }
    }

    @Test func `a calibration ends, is stored, and is used by the next engine, which gives the same answers`() async throws {
        try await withTuned { supervisor, root in
            let entry = try sample()
            let before = try await supervisor.withEngine(for: entry) { try await $0.say() }
            let told = Told()
            let changes: [TuningChange] = [.slots(8)]
            let report = try await supervisor.calibrate(entry, options: options(changes)) { told.add($0) }
            #expect(report.model == entry.reference && report.changes == 1 && report.storeFailure == nil)
            #expect(report.outcome.trials.map(\.change) == changes)
            #expect(report.outcome.before.isValid && report.outcome.after.isValid && report.outcome.gain >= 1)
            #expect(told.all.count > 4 && told.all.contains { $0.measuring == "8 slots" } && told.all.last?.changes == 1)
            // The model was in memory before, and is again.
            let model = try #require(await supervisor.loadedModels().first)
            #expect(model.state == .ready && model.plan?.tuning == report.outcome.chosen && model.plan?.tuning.promptStep != nil)
            #expect(try sockets(root.appending("run")).count == 1)
            let engine = try await supervisor.configuration.locateExecutable()
            let key = TuningRecord.Key(modelFile: entry.modelFile, modelBytes: entry.sizeBytes, engine: engine)
            let stored = TuningRecord(file: root.appending("engine-tuning.json"), logger: .silent).entry(for: key)
            #expect(stored?.tuning == report.outcome.chosen && stored?.gain == report.outcome.gain)
            #expect(try await supervisor.withEngine(for: entry) { try await $0.say() } == before)
        }
    }

    @Test func `the next engine has the options that are stored, until they are forgotten`() async throws {
        try await withTuned { supervisor, _ in
            let entry = try sample()
            let before = try await supervisor.withEngine(for: entry) { try await $0.say() }
            await supervisor.unload(entry.reference)
            var tuning = EngineTuning()
            (tuning.slots, tuning.promptStep, tuning.threads, tuning.speculation) = (8, 128, 7, .hashed)
            let key = TuningRecord.Key(
                modelFile: entry.modelFile, modelBytes: entry.sizeBytes, engine: try await supervisor.configuration.locateExecutable())
            try await supervisor.tunings.remember(.init(key: key, tuning: tuning, gain: 1.2, at: Timestamp(rawValue: "2026-01-02T03:04:05.678Z")))
            let model = try await supervisor.load(entry)
            let words = ProcessArguments.of(try #require(model.processIdentifier))
            func value(_ option: String) -> String? { zip(words, words.dropFirst()).first { $0.0 == option }?.1 }
            #expect(value("--parallel") == "8" && value("--batch-size") == "128" && value("--spec-type") == "ngram-mod")
            // The configuration has precedence.
            #expect(value("--threads") == "1" && words.count { $0 == "--threads" } == 1)
            #expect(try await supervisor.withEngine(for: entry) { try await $0.say() } == before)
            let shown = await supervisor.options(of: entry, try #require(model.plan))
            #expect(shown.gain == 1.2 && shown.calibratedAt != nil && shown.options.first { $0.name == "slots" }?.source == .measured)
            #expect(try await supervisor.fit(entry).plan.tuning == tuning)
            try await supervisor.withEngine(for: entry) { _ in
                let error = try await roostError { try await supervisor.forgetTuning(of: entry) }
                #expect(error.code == .conflict)
            }
            #expect(try await supervisor.forgetTuning(of: entry))
            #expect(try await !supervisor.forgetTuning(of: entry))
            #expect(try await supervisor.load(entry).plan?.slots == 4)
        }
    }

    @Test func `a request ends a calibration and is answered, and nothing is left of it`() async throws {
        try await withTuned { supervisor, root in
            let entry = try sample()
            let told = Told()
            let calibration = Task { try await supervisor.calibrate(entry, options: options(nil)) { told.add($0) } }
            try await told.begin()
            let second = try await roostError { try await supervisor.calibrate(entry) }
            #expect(second.code == .conflict && second.message.contains("is being calibrated"))
            let other = try sample("sample/other:Q4_1")
            #expect(try await supervisor.withEngine(for: other) { try await $0.say() } != "")
            let error = try await roostError { try await calibration.value }
            #expect(error.code == .conflict && error.message.contains("a request for sample/other:Q4_1 came"), "\(error)")
            #expect(try sockets(root.appending("run")).count == 1)
            #expect(!FileManager.default.fileExists(atPath: root.appending("engine-tuning.json").string))
        }
    }

    @Test func `a calibration can be cancelled, and ends with an unload`() async throws {
        try await withTuned { supervisor, root in
            let entry = try sample()
            let told = Told()
            let cancelled = Task { try await supervisor.calibrate(entry, options: options(nil)) { told.add($0) } }
            try await told.begin()
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            #expect(try sockets(root.appending("run")).isEmpty)
            let again = Told()
            let unloaded = Task { try await supervisor.calibrate(entry, options: options(nil)) { again.add($0) } }
            try await again.begin()
            await supervisor.unload(entry.reference)
            #expect(try await roostError { try await unloaded.value }.message.contains("it was unloaded"))
            #expect(await supervisor.loadedModels().isEmpty)
        }
    }

    @Test func `while a model is in use, a calibration of any model is refused`() async throws {
        try await withTuned { supervisor, _ in
            let entry = try sample()
            try await supervisor.withEngine(for: entry) { engine in
                let error = try await roostError { try await supervisor.calibrate(sample("sample/other:Q4_1")) }
                #expect(error.code == .conflict && error.message.contains("\(entry.reference) is loading or answering"))
                #expect(try await engine.say() != "")
            }
        }
    }

    @Test func `an option that the engine does not know is passed over`() async throws {
        try await withTemporaryDirectory { root in
            let old = root.appending("llama-server")
            let real = try TestEnvironment.llamaServer
            let script = """
                #!/bin/sh
                for word in "$@"; do [ "$word" != --spec-type ] || { echo "error: invalid argument: --spec-type"; exit 1; }; done
                exec \(real) "$@"
                """
            try Data(script.utf8).write(to: URL(fileURLWithPath: old.string))
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: old.string)
            try await withTuned {
                $0.locateExecutable = { old }
            } _: { supervisor, _ in
                let report = try await supervisor.calibrate(sample(), options: options([.speculation(.simple)]))
                guard case .failed(let reason) = report.outcome.trials.first?.verdict else {
                    Issue.record("\(report.outcome)")
                    return
                }
                #expect(reason.contains("invalid argument: --spec-type") && report.outcome.chosen.speculation == nil)
            }
        }
    }

    @Test func `what cannot be calibrated gets a sentence`() async throws {
        try await withTuned {
            $0.examine = { _ in
                var facts = ModelFacts()
                facts.makesEmbeddings = true
                return facts
            }
        } _: { supervisor, _ in
            let error = try await roostError { try await supervisor.calibrate(sample()) }
            #expect(error.code == .invalidRequest)
        }
        try await withTuned {
            $0.availableMemory = { 1 << 20 }
        } _: { supervisor, _ in
            let error = try await roostError { try await supervisor.calibrate(sample()) }
            #expect(error.code == .insufficientMemory && error.message.contains("1.05 MB are free"), "\(error)")
        }
        try await withTuned { supervisor, root in
            let file = root.appending("broken.gguf")
            try Data("GGUF".utf8).write(to: URL(fileURLWithPath: file.string))
            let error = try await roostError { try await supervisor.calibrate(sample(file: file)) }
            #expect(error.code == .engineLoadFailed && error.message.contains("could not be calibrated"), "\(error)")
            // A file that cannot be loaded is told at once, not after the time of a calibration.
            let answer = try await supervisor.withEngine(for: sample()) { try await $0.say() }
            #expect(answer != "")
        }
    }
}
