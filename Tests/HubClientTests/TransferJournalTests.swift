import DurableFiles
import Foundation
import HubTestSupport
import NIOCore
import RoostCore
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import HubClient

@Suite struct TransferJournalTests {
    private let content = Fixture.bytes(6 << 20)

    private func withPartial(_ body: (FilePath, RepositoryFile) throws -> Void) async throws {
        try await withTemporaryDirectory { folder in
            try body(folder.appending("blob.roost.incomplete"), try Fixture.file("m.gguf", content))
        }
    }

    private func open(_ path: FilePath, _ file: RepositoryFile) throws -> PartialFile {
        try PartialFile(opening: path, for: file, space: DiskSpace())
    }

    @Test func `what was noted is found again, in whatever order it came`() async throws {
        try await withPartial { path, file in
            let partial = try open(path, file)
            try partial.reserve()
            try partial.write([ByteBuffer(bytes: content[100..<200])], at: 100)
            try partial.write([ByteBuffer(bytes: content[4000..<5000])], at: 4000)
            try partial.note()
            try partial.write([ByteBuffer(bytes: content[0..<10])], at: 0)
            #expect(partial.synced.isEmpty)
            let again = try open(path, file)
            #expect(again.bytes == 1100)
            #expect(again.missing == RangeSet([0..<100, 200..<4000, 5000..<file.size]))
            try partial.checkpoint(isLast: true)
            #expect(partial.synced == [[0, 10], [100, 200], [4000, 5000]])
            #expect(try open(path, file).bytes == 1110)
        }
    }

    @Test func `after a restart of the system only what was synced counts`() async throws {
        try await withPartial { path, file in
            var journal = TransferJournal(of: file)
            journal.synced = [[0, 1000]]
            journal.written = [[0, 5000]]
            journal.session = "another"
            #expect(journal.present(in: "this one") == RangeSet(0..<1000))
            #expect(journal.present(in: "another") == RangeSet(0..<5000))
            #expect(journal.present(in: nil) == RangeSet(0..<1000))
        }
    }

    @Test func `a torn slot leaves the one before in force`() async throws {
        try await withPartial { path, file in
            let partial = try open(path, file)
            try partial.reserve()
            try partial.write([ByteBuffer(bytes: content[0..<100])], at: 0)
            try partial.note()
            try partial.write([ByteBuffer(bytes: content[100..<300])], at: 100)
            try partial.note()
            let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path.string))
            // The second write went to the first slot: sequence 2.
            try handle.seek(toOffset: UInt64(file.size) + 60)
            try handle.write(contentsOf: [0, 0, 0])
            #expect(try open(path, file).bytes == 100)
            try handle.seek(toOffset: UInt64(file.size) + UInt64(TransferJournal.slotSize) + 60)
            try handle.write(contentsOf: [0, 0, 0])
            #expect(try open(path, file).bytes == 0, "without a journal nothing is known")
        }
    }

    @Test func `a journal about another file, or with impossible ranges, is none`() async throws {
        let file = try Fixture.file("m.gguf", content)
        let other = try Fixture.file("n.gguf", [1, 2, 3])
        let slot = try #require(try TransferJournal(of: file).slot())
        #expect(TransferJournal(slot: slot, of: file) != nil)
        #expect(TransferJournal(slot: slot, of: other) == nil)
        for ranges: [[Int64]] in [[[0, file.size + 1]], [[-1, 5]], [[7, 3]], [[1]]] {
            var journal = TransferJournal(of: file)
            journal.synced = ranges
            #expect(TransferJournal(slot: try #require(try journal.slot()), of: file) == nil)
        }
        #expect(TransferJournal(slot: Array(slot.prefix(20)), of: file) == nil)
    }

    @Test func `a look at a file that is being written finds what its journal says, and changes nothing`() async throws {
        try await withPartial { path, file in
            #expect(PartialContent.bytes(at: path, of: file) == 0 && FileSystem.size(of: path) == nil)
            let partial = try open(path, file)
            #expect(PartialContent.bytes(at: path, of: file) == 0 && FileSystem.size(of: path) == 0)
            try partial.reserve()
            // Its whole length, and no journal yet.
            #expect(PartialContent.bytes(at: path, of: file) == 0)
            #expect(FileSystem.size(of: path) == TransferJournal.fileLength(size: file.size))
            try partial.write([ByteBuffer(bytes: content[0..<5000])], at: 0)
            try partial.note()
            #expect(PartialContent.bytes(at: path, of: file) == 5000)
            try partial.write([ByteBuffer(bytes: content[5000...])], at: 5000)
            var hasher = ContentHasher(like: file.digest, size: file.size)
            let isWhole = try partial.hash(from: 0, to: file.size, into: &hasher)
            #expect(isWhole && hasher.digest == file.digest)
        }
    }

    @Test func `one that was about to get its name counts as whole, and one that was cut as nothing`() async throws {
        try await withPartial { path, file in
            try Data(content).write(to: URL(fileURLWithPath: path.string))
            #expect(PartialContent.bytes(at: path, of: file) == file.size)
            try Data(content.dropLast()).write(to: URL(fileURLWithPath: path.string))
            #expect(PartialContent.bytes(at: path, of: file) == 0)
            #expect(FileSystem.size(of: path) == file.size - 1, "reading does not repair it")
            #expect(try open(path, file).bytes == 0 && FileSystem.size(of: path) == 0)
        }
    }

    @Test func `an empty file has no bytes, whatever is in place of its part`() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder.appending("blob.roost.incomplete")
            let file = try Fixture.file("empty", [])
            for bytes in [[], [1]] as [[UInt8]] {
                try Data(bytes).write(to: URL(fileURLWithPath: path.string))
                #expect(PartialContent.bytes(at: path, of: file) == 0)
            }
        }
    }

    @Test func `bytes that are forgotten are not safe any more, and neither are the marks after them`() async throws {
        try await withPartial { path, file in
            let partial = try open(path, file)
            try partial.reserve()
            try partial.write([ByteBuffer(bytes: content[0..<1000])], at: 0)
            partial.mark(0, file.digest)
            try partial.checkpoint(isLast: true)
            partial.forget(0..<400)
            #expect(partial.synced == [[400, 1000]] && partial.marks.isEmpty && partial.bytes == 600)
        }
    }

    /// A disk whose flushes fail from some time on.
    private final class Disk: Sendable {
        let isFailing = Mutex(false)
        var flush: PartialFile.Flush {
            { _, path in if self.isFailing.withLock(\.self) { throw RoostError(.fileSystem, "Cannot write \(path).") } }
        }
    }

    @Test(arguments: [false, true])
    func `after a flush that failed only what was flushed before counts, also for a file that was complete`(isComplete: Bool) async throws {
        let disk = Disk()
        try await withPartial { path, file in
            let partial = try PartialFile(opening: path, for: file, space: DiskSpace(), flush: disk.flush)
            try partial.reserve()
            try partial.write([ByteBuffer(bytes: content[0..<1000])], at: 0)
            try partial.checkpoint(isLast: true)
            try partial.write([ByteBuffer(bytes: content[1000...])], at: 1000)
            try partial.note()
            #expect(PartialContent.bytes(at: path, of: file) == file.size)
            disk.isFailing.withLock { $0 = true }
            let blob = path.removingLastComponent().appending("blob")
            #expect(throws: RoostError.self) {
                if isComplete { try partial.publish(file.digest, as: blob) } else { try partial.checkpoint(isLast: true) }
            }
            #expect(FileSystem.size(of: blob) == nil)
            #expect(PartialContent.bytes(at: path, of: file) == 1000)
            let again = try open(path, file)
            #expect(again.missing == RangeSet(1000..<file.size))
            try again.write([ByteBuffer(bytes: content[1000...])], at: 1000)
            try again.publish(file.digest, as: blob)
            #expect(FileManager.default.contents(atPath: blob.string).map(Array.init) == content)
        }
    }

    @Test func `a small file whose flush failed is fetched again`() async throws {
        let disk = Disk()
        let small = Array(content.prefix(300_000))
        let file = try Fixture.file("s.gguf", small)
        try await withTemporaryDirectory { folder in
            let path = folder.appending("blob.roost.incomplete")
            let partial = try PartialFile(opening: path, for: file, space: DiskSpace(), flush: disk.flush)
            try partial.write([ByteBuffer(bytes: small)], at: 0)
            disk.isFailing.withLock { $0 = true }
            #expect(throws: RoostError.self) { try partial.publish(file.digest, as: folder.appending("blob")) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.string) == [])
        }
    }

    @Test func `marks lie 64 MiB apart, and there are never more than 256`() {
        #expect(TransferJournal.markInterval(size: 1) == 64 << 20)
        #expect(TransferJournal.markInterval(size: 16 << 30) == 64 << 20)
        let huge: Int64 = 1 << 40
        #expect(huge / TransferJournal.markInterval(size: huge) <= 256)
    }
}
