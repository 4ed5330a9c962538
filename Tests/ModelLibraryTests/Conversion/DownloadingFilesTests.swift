import Foundation
import HubClient
import RoostCore
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import ModelLibrary

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

@Suite struct DownloadingFilesTests {
    private struct Ended: Error {}

    private static let content = Array("0123456789".utf8)

    private static func file(_ name: String) throws -> RepositoryFile {
        RepositoryFile(path: try RepositoryFilePath(parsing: name), size: 10, digest: .sha256(String(repeating: "0", count: 64)))
    }

    /// Two files of weights, a companion, and a file on the disk that holds the numbers from 0 to 9.
    private static func withArriving(
        _ body: (_ arriving: DownloadingFiles, _ weights: [RepositoryFile], _ companion: RepositoryFile, _ path: FilePath) async throws -> Void
    ) async throws {
        let folder = try TemporaryDirectory()
        let weights = [try file("model-1.safetensors"), try file("model-2.safetensors")]
        let companion = try file("config.json")
        try await body(DownloadingFiles(weights, companions: [companion]), weights, companion, folder.write("bytes", content))
    }

    private static func read(_ arriving: DownloadingFiles, file: Int = 0, at offset: Int64, count: Int) async throws -> String {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        defer { buffer.deallocate() }
        try await arriving.read(file: file, at: offset, into: buffer)
        return String(decoding: buffer, as: UTF8.self)
    }

    @Test func `bytes that are told are read, also when the file has lost its name since`() async throws {
        try await Self.withArriving { arriving, weights, _, path in
            arriving.report(weights[0], at: path, end: 6)
            try FileManager.default.removeItem(atPath: path.string)
            let text = try await Self.read(arriving, at: 2, count: 4)
            #expect(text == "2345")
        }
    }

    @Test func `a read waits until its last byte is told`() async throws {
        try await Self.withArriving { arriving, weights, _, path in
            arriving.report(weights[0], at: path, end: 5)
            let order = Mutex<[String]>([])
            async let text = {
                let text = try await Self.read(arriving, at: 2, count: 4)
                order.withLock { $0.append("read") }
                return text
            }()
            for end in [Int64(5), 6] {
                await Task.yield()
                order.withLock { $0.append("told \(end)") }
                arriving.report(weights[0], at: path, end: end)
            }
            let (result, steps) = (try await text, order.withLock { $0 })
            #expect(result == "2345" && steps == ["told 5", "told 6", "read"])
        }
    }

    @Test func `each file has bytes of its own`() async throws {
        try await Self.withArriving { arriving, weights, _, path in
            arriving.verified(weights[1], at: path)
            arriving.fail(Ended())
            let text = try await Self.read(arriving, file: 1, at: 0, count: 10)
            #expect(text == "0123456789")
            await #expect(throws: Ended.self) { _ = try await Self.read(arriving, file: 0, at: 0, count: 1) }
        }
    }

    @Test func `fewer bytes than before put everything in doubt until the reader starts again`() async throws {
        try await Self.withArriving { arriving, weights, _, path in
            arriving.report(weights[0], at: path, end: 8)
            arriving.report(weights[0], at: path, end: 0)
            for file in weights { arriving.verified(file, at: path) }
            await #expect(throws: DownloadingFiles.Damaged.self) { _ = try await Self.read(arriving, file: 1, at: 0, count: 1) }
            await #expect(throws: DownloadingFiles.Damaged.self) { try await arriving.allVerified() }
            arriving.forgetDoubt()
            try await arriving.allVerified()
            let text = try await Self.read(arriving, at: 8, count: 2)
            #expect(text == "89")
        }
    }

    @Test func `doubt comes to those who wait`() async throws {
        try await Self.withArriving { arriving, weights, _, path in
            arriving.report(weights[0], at: path, end: 8)
            let reading = Task { try await Self.read(arriving, at: 0, count: 10) }
            await Task.yield()
            arriving.report(weights[0], at: path, end: 0)
            await #expect(throws: DownloadingFiles.Damaged.self) { _ = try await reading.value }
        }
    }

    @Test func `who waits hears what the download ended with, but for what is here already`() async throws {
        try await Self.withArriving { arriving, weights, companion, path in
            arriving.verified(companion, at: path)
            arriving.report(weights[0], at: path, end: 4)
            let waiting = Task { try await arriving.allVerified() }
            await Task.yield()
            arriving.fail(Ended())
            await #expect(throws: Ended.self) { try await waiting.value }
            try await arriving.companionsVerified()
            let text = try await Self.read(arriving, at: 0, count: 4)
            #expect(text == "0123")
        }
    }

    @Test func `companions are waited for, and weights are none`() async throws {
        try await Self.withArriving { arriving, weights, companion, path in
            let order = Mutex<[String]>([])
            async let waiting: Void = {
                try await arriving.companionsVerified()
                order.withLock { $0.append("over") }
            }()
            for file in weights + [companion] {
                await Task.yield()
                order.withLock { $0.append(file.path.description) }
                arriving.verified(file, at: path)
            }
            try await waiting
            #expect(order.withLock { $0 } == ["model-1.safetensors", "model-2.safetensors", "config.json", "over"])
        }
    }

    @Test func `doubt about weights does not concern who waits for companions`() async throws {
        try await Self.withArriving { arriving, weights, companion, path in
            arriving.report(weights[0], at: path, end: 8)
            arriving.report(weights[0], at: path, end: 0)
            arriving.verified(companion, at: path)
            try await arriving.companionsVerified()
            await #expect(throws: DownloadingFiles.Damaged.self) { try await arriving.allVerified() }
        }
    }

    @Test func `a wait ends when its task is cancelled`() async throws {
        try await Self.withArriving { arriving, _, _, _ in
            let task = Task { try await Self.read(arriving, at: 0, count: 1) }
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
        }
    }

    @Test func `a verified file that cannot be opened ends the wait with a sentence`() async throws {
        try await Self.withArriving { arriving, weights, _, path in
            arriving.verified(weights[0], at: path.appending("missing"))
            let error = await #expect(throws: RoostError.self) { try await arriving.allVerified() }
            #expect(error?.code == .fileSystem && error?.message.hasPrefix("Cannot open ") == true)
        }
    }

    @Test func `a file that lost bytes since they were told is an error`() async throws {
        try await Self.withArriving { arriving, weights, _, path in
            arriving.report(weights[0], at: path, end: 10)
            #expect(truncate(path.string, 3) == 0)
            let error = await #expect(throws: RoostError.self) { _ = try await Self.read(arriving, at: 0, count: 10) }
            #expect(error?.code == .fileSystem)
        }
    }
}
