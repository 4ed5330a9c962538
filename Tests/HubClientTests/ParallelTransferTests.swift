import DurableFiles
import Foundation
import HubTestSupport
import NIOCore
import RoostCore
import Synchronization
import SystemPackage
import Testing

@testable import HubClient

@Suite struct ParallelTransferTests {
    private static let content = Fixture.bytes(40 << 20)
    private let content = Self.content

    /// A server that is so far away that several streams pay.
    private static func far(_ content: [UInt8], hasRanges: Bool = true) -> ScriptedServer.Handler {
        let serve = ScriptedServer.serving(content)
        return { request in
            try? await Task.sleep(for: .milliseconds(40))
            return hasRanges ? await serve(request) : ScriptedServer.Response(body: content)
        }
    }

    @Test func `a file from far away comes in parts, each byte about once`() async throws {
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: Self.far(content)) { [content] hub in
            let progress = Recorder<Int64>()
            let path = try await hub.client.download(file, in: hub.revision) { progress.add($0) }
            #expect(hub.content(path) == content)
            #expect(hub.server.requests.filter { $0.headers["range"] != nil }.count >= 2)
            #expect(progress.values.last == file.size && progress.values.allSatisfy { $0 <= file.size })
            #expect(FileSystem.size(of: hub.blob(file)) == file.size, "the journal is gone")
        }
    }

    @Test func `a server without ranges brings everything in one stream`() async throws {
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: Self.far(content, hasRanges: false)) { [content] hub in
            let path = try await hub.download(file)
            #expect(hub.content(path) == content)
        }
    }

    @Test func `what one attempt brought in several places, the next does not fetch`() async throws {
        let file = try Fixture.file("m.gguf", content)
        let serve = Self.far(content)
        let isBroken = Mutex(true)
        try await Fixture.run { request in
            var response = await serve(request)
            // Parts from the third on break off early.
            if isBroken.withLock({ $0 }), request.headers["range"] != nil {
                response.claimedLength = response.body.count
                response.body = Array(response.body.prefix(response.body.count / 2))
                response.end = .close
            }
            return response
        } _: { [content] hub in
            let failure = try await hub.failure(of: file)
            #expect(failure.code == .network)
            let kept = hub.client.presentBytes(of: file, in: hub.revision)
            #expect(kept > 0)
            isBroken.withLock { $0 = false }
            let before = hub.server.requests.count
            let path = try await hub.download(file)
            #expect(hub.content(path) == content)
            let fetched = hub.server.requests.dropFirst(before).compactMap { $0.headers["range"] }.map(Self.length).reduce(0, +)
            #expect(fetched >= file.size - kept)
            #expect(hub.server.requests.dropFirst(before).allSatisfy { $0.headers["range"] != nil })
        }
    }

    @Test func `one wrong bit is found by a second copy, and only its part is written again`() async throws {
        // One stream's worth, so that the wrong bit is in a known answer.
        let content = Array(content.prefix(20 << 20))
        let file = try Fixture.file("m.gguf", content)
        let serve = ScriptedServer.serving(content)
        let isFirst = Mutex(true)
        try await Fixture.run { request in
            var response = await serve(request)
            if isFirst.withLock({ first in
                defer { first = false }; return first
            }) {
                response.body[5_000_000] ^= 1
            }
            return response
        } _: { hub in
            let path = try await hub.download(file)
            #expect(hub.content(path) == content)
            #expect(hub.server.requests.count == 2)
        }
    }

    @Test func `a page in place of a part neither replaces bytes that are hashed nor costs those that are here`() async throws {
        let file = try Fixture.file("m.gguf", content)
        let page = ScriptedServer.Response(body: [UInt8](repeating: 0x3C, count: 5000), isChunked: true)
        let serve = ScriptedServer.serving(content)
        let (hashed, onHashed) = AsyncStream<Int64>.makeStream()
        let isFirst = Mutex(true)
        try await Fixture.run(pauses: [.milliseconds(1)]) { request in
            guard
                isFirst.withLock({ first in
                    defer { first = false }; return first
                })
            else { return await serve(request) }
            for await end in hashed where end == 1 << 20 { break }
            return page
        } _: { [content] hub in
            try FileSystem.makeFolder(hub.partial(file).removingLastComponent())
            let partial = try PartialFile(opening: hub.partial(file), for: file, space: DiskSpace())
            try partial.reserve()
            try partial.write([ByteBuffer(bytes: content.prefix(1 << 20))], at: 0)
            try partial.checkpoint(isLast: true)
            var observer = DownloadObserver(onProgress: { _, _ in })
            observer.onGrown = { _, _, end in onHashed.yield(end) }
            try await hub.client.download([file], in: hub.revision, observer: observer)
            #expect(hub.content(hub.blob(file)) == content)
            let starts = hub.server.requests.map { Int64($0.headers["range"]?.dropFirst("bytes=".count).prefix { $0 != "-" } ?? "0") ?? 0 }
            #expect(starts.count >= 2 && starts.allSatisfy { $0 >= 1 << 20 }, "\(starts)")
        }
    }

    @Test func `bytes that are written stay, unless they are repaired`() async throws {
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: ScriptedServer.always(.init())) { [content] hub in
            try FileSystem.makeFolder(hub.partial(file).removingLastComponent())
            let partial = try PartialFile(opening: hub.partial(file), for: file, space: DiskSpace())
            try partial.reserve()
            try partial.write([ByteBuffer(bytes: content[100..<200])], at: 100)
            try partial.write([ByteBuffer(bytes: content[300..<400])], at: 300)
            let wrong = [UInt8](repeating: 0, count: 250)
            // Two buffers, with what is here at the end of the first, in the middle, and at the end.
            try partial.write([ByteBuffer(bytes: wrong[..<125]), ByteBuffer(bytes: wrong[125...])], at: 150)
            let mixed = Array(content[100..<200] + wrong[..<100] + content[300..<400])
            #expect(hub.content(hub.partial(file)).map { Array($0[100..<400]) } == mixed)
            #expect(partial.bytes == 300 && partial.missing == RangeSet([0..<100, 400..<file.size]))
            try partial.write([ByteBuffer(bytes: wrong)], at: 150, overwriting: true)
            #expect(hub.content(hub.partial(file)).map { Array($0[150..<400]) } == wrong)
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `a mark of wrong bytes costs its part once, and the digest of the file decides`() async throws {
        let large = [UInt8](repeating: 5, count: 65 << 20)
        let file = try Fixture.file("m.gguf", large)
        try await Fixture.run(answering: ScriptedServer.serving(large)) { hub in
            try FileSystem.makeFolder(hub.partial(file).removingLastComponent())
            let partial = try PartialFile(opening: hub.partial(file), for: file, space: DiskSpace())
            try partial.reserve()
            partial.mark(0, .sha256(String(repeating: "a", count: 64)))
            try partial.write([ByteBuffer(bytes: [5])], at: 0)
            try partial.checkpoint(isLast: true)
            let path = try await hub.download(file)
            #expect(hub.content(path) == large)
        }
    }

    @Test func `wrong bytes that stay wrong are deleted and told`() async throws {
        var wrong = content
        wrong[7] ^= 1
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: ScriptedServer.serving(wrong)) { hub in
            let failure = try await hub.failure(of: file)
            #expect(failure.code == .digestMismatch)
            #expect(hub.content(hub.partial(file)) == nil && hub.content(hub.blob(file)) == nil)
        }
    }

    @Test func `damage behind a mark costs the part up to the mark, not the file`() async throws {
        let large = [UInt8](repeating: 3, count: 129 << 20) + Fixture.bytes(1 << 20)
        let file = try Fixture.file("m.gguf", large)
        try await Fixture.run(answering: ScriptedServer.serving(large)) { hub in
            try FileSystem.makeFolder(hub.partial(file).removingLastComponent())
            let partial = try PartialFile(opening: hub.partial(file), for: file, space: DiskSpace())
            try partial.reserve()
            try partial.write([ByteBuffer(bytes: large.prefix(128 << 20))], at: 0)
            for index in 0..<2 {
                var hasher = ContentHasher(like: file.digest, size: file.size)
                _ = try partial.hash(from: 0, to: Int64(index + 1) << 26, into: &hasher)
                partial.mark(index, hasher.digest)
            }
            try partial.write([ByteBuffer(bytes: large[128 << 20..<129 << 20])], at: 128 << 20)
            try partial.checkpoint(isLast: true)
            let handle = try FileHandle(forUpdating: URL(fileURLWithPath: hub.partial(file).string))
            try handle.seek(toOffset: 70 << 20)
            try handle.write(contentsOf: [1, 2, 3, 4])
            try handle.close()
            let path = try await hub.download(file)
            #expect(hub.content(path) == large)
            let ranges = hub.server.requests.compactMap { $0.headers["range"] }
            #expect(ranges.count == hub.server.requests.count, "\(ranges)")
            // The part is 64 MiB; a stream may be cut off within a part that another has taken over.
            #expect(ranges.contains { $0.hasPrefix("bytes=\(64 << 20)-") }, "\(ranges)")
            #expect(!ranges.contains { $0.hasPrefix("bytes=0-") }, "\(ranges)")
        }
    }

    @Test func `two hundred small files come several at a time`() async throws {
        let files = try (0..<200).map { try Fixture.file("folder/f\($0).json", Fixture.bytes(100 + $0), isLarge: false) }
        let waiting = Mutex((now: 0, most: 0))
        try await Fixture.run { request in
            waiting.withLock {
                $0.now += 1; $0.most = max($0.most, $0.now)
            }
            try? await Task.sleep(for: .milliseconds(2))
            waiting.withLock { $0.now -= 1 }
            let index = Int(request.target.split(separator: "f").last?.dropLast(5) ?? "") ?? 0
            return ScriptedServer.Response(body: Fixture.bytes(100 + index))
        } _: { hub in
            let verified = Recorder<Int>()
            let observer = DownloadObserver(onProgress: { _, _ in }, onVerified: { verified.add($0.count) })
            try await hub.client.download(files, in: hub.revision, observer: observer)
            for file in files { #expect(hub.content(hub.cache.snapshotPath(of: file, in: hub.revision))?.count == Int(file.size)) }
            #expect(verified.values.reduce(0, +) == 200)
            #expect(hub.server.requests.count == 200)
            #expect(2...8 ~= waiting.withLock { $0.most })
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `small files are requested only while few batches of them wait for the disk`() async throws {
        let files = try (0..<600).map { try Fixture.file("f\($0).json", Fixture.bytes(100 + $0), isLarge: false) }
        let counts = Mutex((requested: 0, written: 0, most: 0))
        try await Fixture.run { request in
            counts.withLock {
                $0.requested += 1
                $0.most = max($0.most, $0.requested - $0.written)
            }
            let index = Int(request.target.split(separator: "f").last?.dropLast(5) ?? "") ?? 0
            return ScriptedServer.Response(body: Fixture.bytes(100 + index))
        } _: { hub in
            let observer = DownloadObserver(
                onProgress: { _, _ in },
                onVerified: { verified in
                    // A disk that needs as long as the client goes on requesting files.
                    var before = 0
                    while case let now = counts.withLock({ $0.requested }), now > before {
                        before = now
                        try? await Task.sleep(for: .milliseconds(300))
                    }
                    counts.withLock { $0.written += verified.count }
                })
            try await hub.client.download(files, in: hub.revision, observer: observer)
            #expect(counts.withLock { $0.written } == 600)
            // Four batches, the one that is being collected, and one from lanes that end while none may begin.
            #expect(counts.withLock { $0.most } <= 6 * 64)
        }
    }

    @Test func `small files with one content come into a cache without links, each of them`() async throws {
        let content = Fixture.bytes(100)
        let files = try (0..<200).map { try Fixture.file("f\($0).json", content, isLarge: false) }
        try await Fixture.run(answering: ScriptedServer.always(.init(body: content)), makesLinks: false) { hub in
            try await hub.client.download(files, in: hub.revision, observer: DownloadObserver(onProgress: { _, _ in }))
            for file in files { #expect(hub.content(hub.cache.snapshotPath(of: file, in: hub.revision)) == content) }
            #expect(try FileSystem.names(in: hub.cache.blobsFolder(hub.revision.repository)).isEmpty)
        }
    }

    /// How many bytes a `Range` header asks for.
    private static func length(_ range: String) -> Int64 {
        let bounds = range.dropFirst("bytes=".count).split(separator: "-").compactMap { Int64($0) }
        return bounds[1] - bounds[0] + 1
    }
}
