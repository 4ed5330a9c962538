import Foundation
import ModelLibrary
import SystemPackage
import TestSupport
import Testing

@testable import Engines

@Suite("What engines needed before")
struct MemoryNotesTests {
    private let plan = EnginePlan(slots: 4, contextLength: 4096, reason: "", makesEmbeddings: false, promptCacheMiB: 512)

    @Test("A note is for one file and plan, keeps the most, and survives the file")
    func records() throws {
        let entry = try sample()
        let other = EnginePlan(slots: 2, contextLength: 4096, reason: "", makesEmbeddings: false, promptCacheMiB: 512)
        var notes = MemoryNotes()
        #expect(notes.bytes(entry, plan) == nil)
        #expect([500, 400, 600].map { notes.record($0, entry, plan) } == [true, false, true])
        #expect(notes.bytes(entry, plan) == 600 && notes.bytes(entry, other) == nil)
        let grown = ModelEntry(reference: entry.reference, snapshotPath: entry.snapshotPath, modelFile: entry.modelFile, sizeBytes: 1)
        #expect(notes.bytes(grown, plan) == nil)
        let again = MemoryNotes(try notes.encoded())
        #expect(again == notes && again.bytes(entry, plan) == 600)
    }

    @Test("The duration of the last load counts for all plans of a file, and leaves the bytes as they are")
    func loads() throws {
        let entry = try sample()
        let other = EnginePlan(slots: 2, contextLength: 4096, reason: "", makesEmbeddings: false, promptCacheMiB: 512)
        var notes = MemoryNotes()
        #expect(notes.loadDuration(entry) == nil)
        #expect(notes.record(load: .seconds(9), entry, plan) && notes.bytes(entry, plan) == nil)
        #expect(notes.record(600, entry, plan) && notes.record(load: .seconds(4), entry, other) && !notes.record(load: .seconds(4), entry, other))
        let again = MemoryNotes(try notes.encoded())
        #expect(again.loadDuration(entry) == .seconds(4) && again.bytes(entry, plan) == 600 && again.bytes(entry, other) == nil)
        let grown = ModelEntry(reference: entry.reference, snapshotPath: entry.snapshotPath, modelFile: entry.modelFile, sizeBytes: 1)
        #expect(again.loadDuration(grown) == nil)
        // Notes of earlier versions have no duration.
        let old = try notes.encoded().replacing(Data(#""loadSeconds":4"#.utf8), with: Data(#""unknown":4"#.utf8))
        #expect(MemoryNotes(old).loadDuration(entry) == .seconds(9))
        #expect(MemoryNotes(Data(#"{"notes":[{"key":"a","bytes":0,"loadSeconds":-1},{"key":"a","bytes":0}]}"#.utf8)) == MemoryNotes())
    }

    @Test("Only the last 256 notes are kept, and invalid content is none")
    func bounded() throws {
        let directory = try TemporaryDirectory()
        var notes = MemoryNotes()
        func entry(_ number: Int) throws -> ModelEntry {
            try sample("sample/\(number)", file: directory.path.appending("\(number).gguf"))
        }
        for number in 0..<300 { _ = notes.record(Int64(number + 1), try entry(number), plan) }
        #expect(try [43, 44, 299].map { notes.bytes(try entry($0), plan) } == [nil, 45, 300])
        #expect(try notes.encoded().count < MemoryNotes.most.bytes)
        for text in ["", "{", "[]", #"{"notes":[{"key":7}]}"#, String(repeating: " ", count: 300 << 10) + "{}"] {
            #expect(MemoryNotes(Data(text.utf8)) == MemoryNotes())
        }
        #expect(MemoryNotes(Data(#"{"notes":[{"key":"a","bytes":-5}]}"#.utf8)) == MemoryNotes())
        #expect(MemoryNotes(nil) == MemoryNotes())
    }

    @Test("The memory of a process is read from its status")
    func status() {
        let text = "Name:\tllama-server\nVmRSS:\t  501132 kB\nRssAnon:\t  392184 kB\nRssFile:\t  107590 kB\nRssShmem:\t       8 kB\nThreads:\t5\n"
        #expect(EngineMemory(status: text) == EngineMemory(own: 392_192 << 10, files: 107_590 << 10))
        for text in ["", "RssAnon:\t1 kB\n", "RssAnon: x kB\nRssFile: 1 kB", "RssAnon: -1 kB\nRssFile: 1 kB", "RssAnon: 1 MB\nRssFile: 1 kB"] {
            #expect(EngineMemory(status: text) == nil, "\(text)")
        }
        #expect(EngineMemory(status: "RssAnon: 9223372036854775807 kB\nRssFile: 1 kB\n")?.own == .max)
    }
}
