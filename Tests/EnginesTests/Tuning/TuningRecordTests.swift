import Foundation
import Logging
import RoostCore
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Engines

/// The record of calibrations.
@Suite struct TuningRecordTests {
    /// Keeps the messages of a log.
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        var all: [String] { lines.withLock { $0 } }
        var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines.add("\(event.message) \(event.metadata ?? [:])") }
    }

    private let here = MachineIdentity(processor: "A", processors: 2, memory: 1 << 33)
    private let there = MachineIdentity(processor: "B", processors: 2, memory: 1 << 33)

    private func key(_ model: String, on machine: MachineIdentity? = nil, built: Int64 = 1) -> TuningRecord.Key {
        TuningRecord.Key(machine: machine ?? here, model: model, modelBytes: 1, engine: "/bin/llama-server", engineBytes: 1, engineBuilt: built)
    }

    private func entry(_ key: TuningRecord.Key, slots: Int = 8) -> TuningRecord.Entry {
        var tuning = EngineTuning()
        tuning.slots = slots
        return TuningRecord.Entry(key: key, tuning: tuning, gain: 1.1, at: Timestamp(rawValue: "2026-01-02T03:04:05.678Z"))
    }

    private func write(_ text: String, to file: FilePath) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: file.string)) }

    @Test func `a result is found again after a restart, for the same model, engine and machine only`() async throws {
        try await withTemporaryDirectory { root in
            let file = root.appending("home/engine-tuning.json")
            try TuningRecord(file: file, machine: here, logger: .silent).remember(entry(key("a")))
            let later = TuningRecord(file: file, machine: here, logger: .silent)
            #expect(later.entry(for: key("a")) == entry(key("a")))
            for other in [key("b"), key("a", built: 2), key("a", on: there)] { #expect(later.entry(for: other) == nil) }
            try later.remember(entry(key("a"), slots: 2))
            #expect(later.entry(for: key("a"))?.tuning.slots == 2)
            #expect(try later.forget(key("a")) && !later.forget(key("a")) && later.entry(for: key("a")) == nil)
            #expect(TuningRecord(file: file, machine: here, logger: .silent).entry(for: key("a")) == nil)
        }
    }

    @Test func `results of another machine are not used, told in one line, and kept`() async throws {
        try await withTemporaryDirectory { root in
            let file = root.appending("engine-tuning.json")
            let other = TuningRecord(file: file, machine: there, logger: .silent)
            for model in ["a", "b", "c"] { try other.remember(entry(key(model, on: there))) }
            let lines = Lines()
            let record = TuningRecord(file: file, machine: here, logger: lines.logger)
            for model in ["a", "b", "c", "a"] { #expect(record.entry(for: key(model)) == nil) }
            #expect(lines.all.count == 1 && lines.all[0].contains("another machine"), "\(lines.all)")
            try record.remember(entry(key("a")))
            #expect(TuningRecord(file: file, machine: there, logger: .silent).entry(for: key("b", on: there)) != nil)
            #expect(TuningRecord(file: file, machine: here, logger: .silent).entry(for: key("a")) != nil)
        }
    }

    @Test(
        arguments: [
            "", "{", "[1]", "null", #"{"version":1}"#, #"{"version":2,"results":[]}"#, #"{"version":1,"results":[{}]}"#, "DAMAGED",
            String(repeating: " ", count: 2 << 20),
        ])
    func `a broken or newer file is told in one line, and the next result replaces it`(content: String) async throws {
        try await withTemporaryDirectory { root in
            let file = root.appending("engine-tuning.json")
            if content == "DAMAGED" {
                try TuningRecord(file: file, machine: here, logger: .silent).remember(entry(key("a")))
                let text = try String(contentsOfFile: file.string, encoding: .utf8)
                try write(text.replacing(#""slots":8"#, with: #""slots":1000000"#), to: file)
            } else {
                try write(content, to: file)
            }
            let lines = Lines()
            let record = TuningRecord(file: file, machine: here, logger: lines.logger)
            #expect(record.entry(for: key("a")) == nil && record.entry(for: key("b")) == nil)
            #expect(lines.all.count == 1 && lines.all[0].contains("cannot be read"), "\(lines.all)")
            try record.remember(entry(key("b")))
            #expect(TuningRecord(file: file, machine: here, logger: .silent).entry(for: key("b")) != nil)
        }
    }

    @Test func `the record is bounded, and a file that cannot be written is told`() async throws {
        try await withTemporaryDirectory { root in
            let record = TuningRecord(file: root.appending("engine-tuning.json"), machine: here, logger: .silent)
            for index in 0..<300 { try record.remember(entry(key("\(index)"))) }
            #expect(record.entry(for: key("43")) == nil && record.entry(for: key("44")) != nil)
            try write("", to: root.appending("file"))
            let unwritable = TuningRecord(file: root.appending("file/engine-tuning.json"), machine: here, logger: .silent)
            let error = try await roostError { try unwritable.remember(entry(key("a"))) }
            #expect(error.code == .fileSystem && unwritable.entry(for: key("a")) != nil)
        }
    }

    @Test func `a blob is told by its digest, another file by its path and time, an engine by its file`() async throws {
        try await withTemporaryDirectory { root in
            let (blob, link, model, engine) = (
                root.appending("blobs"), root.appending("x.gguf"), root.appending("model.gguf"), root.appending("engine")
            )
            for file in [blob, model, engine] { try write("1", to: file) }
            try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: blob.string)
            func key(_ file: FilePath) -> TuningRecord.Key { TuningRecord.Key(modelFile: file, modelBytes: 1, engine: engine, machine: here) }
            #expect(key(link).model == "blobs" && key(link) == key(blob))
            let before = key(model)
            #expect(before == key(model) && before.model.contains(model.string))
            for file in [model, engine] {
                let before = key(model)
                try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1000)], ofItemAtPath: file.string)
                #expect(key(model) != before, "\(file)")
            }
            #expect(key(root.appending("none.gguf")).modelBytes == 1)
        }
    }
}
