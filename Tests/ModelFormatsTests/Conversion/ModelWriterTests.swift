import Foundation
import Hashing
import RoostCore
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import ModelFormats

@Suite struct ModelWriterTests {
    private struct Broken: Error {}

    /// A checkpoint whose bytes stop coming after so many reads.
    private final class FailingBytes: CheckpointBytes {
        private let folder: CheckpointFolder
        private let limit: Int
        let reads = Mutex(0)

        init(_ folder: CheckpointFolder, limit: Int = .max) {
            self.folder = folder
            self.limit = limit
        }

        func read(file: Int, at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) async throws {
            let count = reads.withLock { count in
                count += 1
                return count
            }
            guard count <= limit else { throw Broken() }
            try await folder.read(file: file, at: offset, into: buffer)
        }
    }

    private static let fixture = ModelFixture(name: "smollm2", type: .f16)

    private static func names(_ folder: FilePath) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted() }

    private static func contents(_ path: FilePath) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path.string)) }

    /// A part is on the disk when it is flushed, which happens rarely; here after each tensor.
    @Test func `what was flushed is not converted again, and the file is the same`() async throws {
        try await withTemporaryDirectory { folder in
            let plan = try Self.fixture.plan()
            let target = folder.appending("model.gguf")
            let whole = folder.appending("whole.gguf")
            try await Self.fixture.convert(to: whole)
            let source = try CheckpointFolder(Self.fixture.folder, plan.checkpoint)
            let failing = ModelWriter(plan: plan, bytes: FailingBytes(source, limit: 9), encoder: NativeEncoder(), workers: 1, flushInterval: 1)
            await #expect(throws: Broken.self) { try await failing.write(to: target, revision: "a") }
            #expect(try Self.names(folder) == ["model.gguf.roost.incomplete", "model.gguf.roost.journal", "whole.gguf"])

            let counting = FailingBytes(source)
            let again = ModelWriter(plan: plan, bytes: counting, encoder: NativeEncoder(), workers: 1, flushInterval: 1)
            let digest = try await again.write(to: target, revision: "a")
            #expect(digest.hex == SHA256.hash(data: try Self.contents(target)).hexadecimal)
            #expect(counting.reads.withLock { $0 } < plan.tensors.count)
            #expect(try Self.contents(target) == Self.contents(whole))
            #expect(try Self.names(folder) == ["model.gguf", "whole.gguf"])
        }
    }

    @Test func `of another revision's bytes nothing is kept`() async throws {
        try await withTemporaryDirectory { folder in
            let plan = try Self.fixture.plan()
            let source = try CheckpointFolder(Self.fixture.folder, plan.checkpoint)
            let target = folder.appending("model.gguf")
            let failing = ModelWriter(plan: plan, bytes: FailingBytes(source, limit: 9), encoder: NativeEncoder(), workers: 1, flushInterval: 1)
            await #expect(throws: Broken.self) { try await failing.write(to: target, revision: "a") }
            let counting = FailingBytes(source)
            try await ModelWriter(plan: plan, bytes: counting, encoder: NativeEncoder(), workers: 1).write(to: target, revision: "b")
            #expect(counting.reads.withLock { $0 } == plan.tensors.count)
        }
    }

    @Test(arguments: ["cut", "no number", "too many"])
    func `a damaged journal is not believed`(_ damage: String) async throws {
        try await withTemporaryDirectory { folder in
            let plan = try Self.fixture.plan()
            let source = try CheckpointFolder(Self.fixture.folder, plan.checkpoint)
            let target = folder.appending("model.gguf")
            let failing = ModelWriter(plan: plan, bytes: FailingBytes(source, limit: 9), encoder: NativeEncoder(), workers: 1, flushInterval: 1)
            await #expect(throws: Broken.self) { try await failing.write(to: target, revision: "a") }
            let journal = URL(fileURLWithPath: target.string + ".roost.journal")
            let partial = URL(fileURLWithPath: target.string + ".roost.incomplete")
            switch damage {
            case "cut": try Data(try Self.contents(FilePath(partial.path)).prefix(1000)).write(to: partial)
            case "no number": try Data(try Data(contentsOf: journal) + Data("x\n".utf8)).write(to: journal)
            default: try Data(try Data(contentsOf: journal) + Data("999\n".utf8)).write(to: journal)
            }
            try await ModelWriter(plan: plan, bytes: source, encoder: NativeEncoder(), workers: 2).write(to: target, revision: "a")
            try await Self.fixture.convert(to: folder.appending("whole.gguf"))
            #expect(try Self.contents(target) == Self.contents(folder.appending("whole.gguf")))
        }
    }

    @Test func `a file whose digest does not agree is not installed`() async throws {
        try await withTemporaryDirectory { folder in
            let plan = try Self.fixture.plan()
            let source = try CheckpointFolder(Self.fixture.folder, plan.checkpoint)
            let writer = ModelWriter(plan: plan, bytes: source, encoder: NativeEncoder(), workers: 2)
            await #expect(throws: Broken.self) {
                try await writer.write(to: folder.appending("model.gguf"), revision: "a", beforeInstalling: { throw Broken() })
            }
            #expect(try Self.names(folder).isEmpty)
        }
    }

    @Test func `one file is written by one writer`() async throws {
        try await withTemporaryDirectory { folder in
            let plan = try Self.fixture.plan()
            let source = try CheckpointFolder(Self.fixture.folder, plan.checkpoint)
            let target = folder.appending("model.gguf")
            let first = try OutputFile(target, identity: "x", ends: [1])
            let writer = ModelWriter(plan: plan, bytes: source, encoder: NativeEncoder(), workers: 2)
            let error = await #expect(throws: RoostError.self) { try await writer.write(to: target, revision: "a") }
            #expect(error?.code == .conflict)
            withExtendedLifetime(first) {}
        }
    }

    @Test func `progress goes to the end`() async throws {
        try await withTemporaryDirectory { folder in
            let plan = try Self.fixture.plan()
            let source = try CheckpointFolder(Self.fixture.folder, plan.checkpoint)
            let states = Mutex<[ModelWriter.Progress]>([])
            try await ModelWriter(plan: plan, bytes: source, encoder: NativeEncoder(), workers: 2)
                .write(to: folder.appending("model.gguf"), revision: "a") { state in states.withLock { $0.append(state) } }
            let all = states.withLock { $0 }
            #expect(all.map(\.bytes) == all.map(\.bytes).sorted())
            #expect(all.last?.bytes == plan.header.fileSize && all.last?.tensors == plan.tensors.count)
        }
    }
}
