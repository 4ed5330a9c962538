import Foundation
import HubClient
import NIOCore
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import HubMirror

@Suite("A file on its way")
struct MirrorArrivalTests {
    private struct Broken: Error {}

    private func arrival(size: Int64, at directory: TemporaryDirectory) throws -> (MirrorArrival, FilePath) {
        let path = try directory.write("partial", (0..<size).map { UInt8(truncatingIfNeeded: $0) })
        let digest = try #require(ContentDigest(hex: String(repeating: "a", count: 64)))
        let commit = try #require(CommitHash(hex: String(repeating: "b", count: 40)))
        let revision = ResolvedRevision(repository: try RepositoryID(parsing: "org/name"), revision: "main", commit: commit)
        let file = RepositoryFile(path: try RepositoryFilePath(parsing: "model.bin"), size: size, digest: digest)
        return (MirrorArrival(file, in: revision), path)
    }

    @Test("A waiting client gets the reported bytes, and the end only when the file is finished")
    func follows() async throws {
        let directory = try TemporaryDirectory()
        let (arrival, path) = try arrival(size: 100, at: directory)
        let generation = try await arrival.begin(atMost: .zero)
        arrival.report(40, at: path)
        let first = try await arrival.bytes(from: 0, generation: generation)
        #expect(first.end == 40)
        async let late = arrival.bytes(from: 99, generation: generation)
        async let middle = arrival.bytes(from: 40, generation: generation)
        // The whole file is complete only by `finish`.
        arrival.report(100, at: path)
        let next = try await middle
        #expect(next.end == 99)
        // The name goes, as when the file gets its final one; what is open stays.
        try FileManager.default.removeItem(atPath: path.string)
        arrival.finish(with: next.file)
        let last = try await late
        #expect(last.end == 100)
        let read = try await last.file.read(at: 99, atMost: 10)
        #expect(Array(buffer: read) == [99])
    }

    @Test("When earlier bytes were wrong, those who had them are cut off, and others go on")
    func spoilt() async throws {
        let directory = try TemporaryDirectory()
        let (arrival, path) = try arrival(size: 100, at: directory)
        arrival.report(60, at: path)
        let early = try await arrival.begin(atMost: .zero)
        let waiting = Task { try await arrival.bytes(from: 60, generation: early).end }
        arrival.report(0, at: path)
        await #expect(throws: MirrorError.self) { try await waiting.value }
        #expect(arrival.isDamaged)
        let later = try await arrival.begin(atMost: .zero)
        arrival.report(10, at: path)
        await #expect(throws: MirrorError.self) { try await arrival.bytes(from: 0, generation: early) }
        let bytes = try await arrival.bytes(from: 0, generation: later)
        #expect(bytes.end == 10)
    }

    @Test("A damaged file is not sent: not while another one is fetched, and not when that one is complete")
    func replaced() async throws {
        let directory = try TemporaryDirectory()
        for reported in [0, 60] as [Int64] {
            let (arrival, damaged) = try self.arrival(size: 100, at: directory)
            if reported > 0 { arrival.report(reported, at: damaged) }
            arrival.report(0, at: damaged)
            #expect(arrival.isDamaged == (reported > 0))
            let right = try directory.write("right", [UInt8](repeating: 7, count: 100))
            let generation = try await arrival.begin(atMost: .zero)
            arrival.report(50, at: right)
            let first = try await arrival.bytes(from: 0, generation: generation)
            #expect(Array(buffer: try await first.file.read(at: 0, atMost: 1)) == [7])
            let verified = try OpenFile(path: try directory.write("verified", [UInt8](repeating: 9, count: 100)))
            arrival.finish(with: verified)
            let last = try await arrival.bytes(from: 50, generation: generation)
            #expect(last.file === verified && last.end == 100)
        }
    }

    @Test("Wrong bytes spoil a file only when some of them were reported", arguments: [0, 10] as [Int64])
    func unsent(reported: Int64) async throws {
        let directory = try TemporaryDirectory()
        let (arrival, path) = try arrival(size: 100, at: directory)
        if reported > 0 { arrival.report(reported, at: path) }
        arrival.fail(Broken(), isDamaged: true)
        #expect(arrival.isDamaged == (reported > 0))
    }

    @Test("A failure reaches those who wait and those who come; what was told before can still be sent")
    func failure() async throws {
        let directory = try TemporaryDirectory()
        let (arrival, path) = try arrival(size: 100, at: directory)
        let waiting = Task { try await arrival.bytes(from: 0, generation: 0).end }
        arrival.fail(Broken(), isDamaged: false)
        await #expect(throws: Broken.self) { try await waiting.value }
        await #expect(throws: Broken.self) { try await arrival.begin(atMost: .seconds(600)) }
        let (second, _) = try self.arrival(size: 100, at: directory)
        second.report(50, at: path)
        second.fail(Broken(), isDamaged: false)
        let bytes = try await second.bytes(from: 0, generation: 0)
        #expect(bytes.end == 50)
        await #expect(throws: Broken.self) { try await second.bytes(from: 50, generation: 0) }
    }

    @Test("Who leaves does not keep the others from getting their bytes")
    func leaving() async throws {
        let directory = try TemporaryDirectory()
        let (arrival, path) = try arrival(size: 100, at: directory)
        let first = Task { try await arrival.bytes(from: 0, generation: 0).end }
        async let second = arrival.bytes(from: 0, generation: 0)
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        arrival.report(1, at: path)
        let bytes = try await second
        #expect(bytes.end == 1)
    }
}
