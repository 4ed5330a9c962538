import DurableFiles
import Foundation
import HubTestSupport
import RoostCore
import SystemPackage
import Testing

@testable import HubClient

@Suite struct HubDownloadTests {
    @Test(arguments: [true, false])
    func aFreshFileArrivesVerifiedAndLinked(isLarge: Bool) async throws {
        let content = Fixture.bytes(3_000_000)
        let file = try Fixture.file("sub dir/déep/m+1.gguf", content, isLarge: isLarge)
        try await Fixture.run(answering: ScriptedServer.serving(content)) { hub in
            let progress = Recorder<Int64>()
            #expect(hub.client.presentBytes(of: file, in: hub.revision) == 0)
            let path = try await hub.client.download(file, in: hub.revision) { progress.add($0) }
            #expect(path == hub.client.snapshotDirectory(of: hub.revision).appending("sub dir").appending("déep").appending("m+1.gguf"))
            #expect(hub.content(path) == content)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path.string) == "../../../../blobs/\(file.digest.hex)")
            #expect(try hub.blob(file).stat(followTargetSymlink: false).type == .regular)
            #expect(hub.content(hub.partial(file)) == nil)
            #expect(progress.values.first == 0 && progress.values.last == 3_000_000)
            #expect(progress.values == progress.values.sorted() && progress.values.count >= 4)
            #expect(hub.server.requests.map(\.target) == ["/acme/tiny/resolve/\(Fixture.commit)/sub%20dir/d%C3%A9ep/m%2B1.gguf"])
            #expect(hub.server.requests[0].headers["range"] == nil)
            #expect(hub.client.presentBytes(of: file, in: hub.revision) == 3_000_000)
            #expect(try await hub.download(file) == path)
            #expect(hub.server.requests.count == 1)
        }
    }

    @Test func anEmptyFileNeedsNoRequest() async throws {
        let file = try Fixture.file("empty.txt", [], isLarge: false)
        try await Fixture.run(answering: ScriptedServer.serving([])) { hub in
            let path = try await hub.download(file)
            #expect(hub.content(path) == [])
            #expect(hub.server.requests.isEmpty)
        }
    }

    @Test func aBlobThatIsHereIsOnlyLinked() async throws {
        let content = Fixture.bytes(1000)
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: ScriptedServer.serving(content)) { hub in
            // Python's shared store makes the blob itself a link.
            let shared = hub.cache.root.appending("blobs").appending("ab")
            try hub.leave(content, at: shared)
            try FileSystem.makeFolder(hub.blob(file).removingLastComponent())
            #expect(try FileSystem.makeLink(at: hub.blob(file), to: "../../blobs/ab"))
            #expect(hub.content(try await hub.download(file)) == content)
            #expect(hub.server.requests.isEmpty)
        }
    }

    @Test func aBlobOfTheWrongSizeCountsAsAbsent() async throws {
        let content = Fixture.bytes(1000)
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: ScriptedServer.serving(content)) { hub in
            try hub.leave(content.prefix(10), at: hub.blob(file))
            #expect(hub.content(try await hub.download(file)) == content)
            #expect(hub.content(hub.blob(file)) == content)
        }
    }

    @Test func wrongBytesNeverGetTheFinalName() async throws {
        var content = Fixture.bytes(2_000_000)
        let file = try Fixture.file("m.gguf", content)
        content[1_500_000] ^= 1
        let wrong = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: ScriptedServer.serving(content)) { hub in
            let error = try await hub.failure(of: file)
            #expect(error.code == .digestMismatch)
            for part in ["m.gguf", file.digest.hex, wrong.digest.hex] { #expect(error.message.contains(part)) }
            #expect(hub.content(hub.blob(file)) == nil)
            #expect(hub.content(hub.partial(file)) == nil)
            #expect(!FileManager.default.fileExists(atPath: hub.cache.snapshotPath(of: file, in: hub.revision).string))
        }
    }

    @Test func moreBytesThanPromisedAbortAtOnce() async throws {
        let content = Fixture.bytes(100_000)
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run { _ in
            // The server goes on for ever; only an abort ends this test.
            ScriptedServer.Response(body: content + [0], isChunked: true, end: .hang)
        } _: { hub in
            let error = try await hub.failure(of: file)
            #expect(error.code == .sizeMismatch)
            #expect(hub.content(hub.partial(file)) == nil)
        }
    }

    @Test func anAnnouncedLengthThatDiffersIsRefusedAndCostsNothing() async throws {
        let content = Fixture.bytes(100_000)
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: ScriptedServer.always(.init(body: Array("<html>log in</html>".utf8)))) { hub in
            try hub.leave(content.prefix(50_000), at: hub.partial(file))
            #expect(try await hub.failure(of: file).code == .sizeMismatch)
            #expect(hub.client.presentBytes(of: file, in: hub.revision) == 50_000)
        }
    }

    @Test func compressedBodiesAreRefused() async throws {
        let content = Fixture.bytes(1000)
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: ScriptedServer.always(.init(headers: [("Content-Encoding", "gzip")], body: content))) { hub in
            let error = try await hub.failure(of: file)
            #expect(error.code == .hubProtocolViolation)
            #expect(error.message.contains("gzip"))
            #expect(hub.content(hub.blob(file)) == nil)
        }
    }

    @Test func aDiskTooSmallIsSaidBeforeAnyRequest() async throws {
        let content = Fixture.bytes(1_000_000)
        let file = try Fixture.file("m.gguf", content)
        let space = DiskSpace(reserve: 500) { _ in 3000 }
        try await Fixture.run(space: space, answering: ScriptedServer.serving(content)) { hub in
            try hub.leave(content.prefix(994_000), at: hub.partial(file))
            let error = try await hub.failure(of: file)
            #expect(error.code == .insufficientSpace)
            #expect(error.message.hasPrefix("3500 bytes (3.5 kB) are missing in \(hub.blob(file).removingLastComponent())"))
            #expect(hub.server.requests.isEmpty)
            #expect(hub.client.presentBytes(of: file, in: hub.revision) == 994_000)
        }
    }
}
