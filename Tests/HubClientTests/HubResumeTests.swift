import DurableFiles
import Foundation
import HubTestSupport
import NIOCore
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import HubClient

@Suite struct HubResumeTests {
    private let content = Fixture.bytes(2_500_000)

    @Test func aPartIsHashedAndContinued() async throws {
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: ScriptedServer.serving(content)) { hub in
            try hub.leave(content.prefix(1_234_567), at: hub.partial(file))
            #expect(hub.client.presentBytes(of: file, in: hub.revision) == 1_234_567)
            let progress = Recorder<Int64>()
            let path = try await hub.client.download(file, in: hub.revision) { progress.add($0) }
            #expect(hub.content(path) == content)
            #expect(hub.server.requests.map { $0.headers["range"] } == ["bytes=1234567-2499999"])
            #expect(progress.values.first == 1_234_567)
        }
    }

    @Test func aBodyCutShortIsKeptAndContinued() async throws {
        let file = try Fixture.file("m.gguf", content)
        let serve = ScriptedServer.serving(content)
        try await Fixture.run { [content] request in
            guard request.headers["range"] == nil else { return await serve(request) }
            return ScriptedServer.Response(body: Array(content.prefix(2_000_003)), claimedLength: content.count, end: .close)
        } _: { hub in
            let error = try await hub.failure(of: file)
            #expect(error.code == .network)
            // The HTTP client may drop the last bytes it has buffered when the connection breaks.
            let kept = hub.client.presentBytes(of: file, in: hub.revision)
            #expect(1 << 20...2_000_003 ~= kept)
            #expect(hub.content(hub.blob(file)) == nil)
            #expect(hub.content(try await hub.download(file)) == content)
            #expect(hub.server.requests.map { $0.headers["range"] } == [nil, "bytes=\(kept)-2499999"])
        }
    }

    @Test func aBodyThatEndsEarlyInOrderIsCutShortToo() async throws {
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run { [content] _ in
            ScriptedServer.Response(body: Array(content.prefix(1000)), isChunked: true)
        } _: { hub in
            let error = try await hub.failure(of: file)
            #expect(error.code == .network)
            #expect(error.message.contains("1000 of 2500000"))
            #expect(hub.client.presentBytes(of: file, in: hub.revision) == 1000)
        }
    }

    /// Answers to a range that are not its continuation.
    enum Lie: String, CaseIterable, Sendable { case whole, notSatisfiable, wrongStart, wrongTotal, noContentRange, multipart }

    @Test(arguments: Lie.allCases)
    func aServerThatDoesNotContinueIsAskedForTheWhole(lie: Lie) async throws {
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run { [content] request in
            guard request.headers["range"] != nil else { return ScriptedServer.Response(body: content) }
            let rest = Array(content.dropFirst(1000))
            return switch lie {
            case .whole: ScriptedServer.Response(body: content)
            case .notSatisfiable: ScriptedServer.Response(status: 416)
            case .wrongStart: ScriptedServer.Response(status: 206, headers: [("Content-Range", "bytes 999-2499998/2500000")], body: rest)
            case .wrongTotal: ScriptedServer.Response(status: 206, headers: [("Content-Range", "bytes 1000-2499999/2500001")], body: rest)
            case .noContentRange: ScriptedServer.Response(status: 206, body: rest)
            case .multipart: ScriptedServer.Response(status: 206, headers: [("Content-Type", "multipart/byteranges; boundary=x")], body: rest)
            }
        } _: { hub in
            try hub.leave(content.prefix(1000), at: hub.partial(file))
            #expect(hub.content(try await hub.download(file)) == content)
            #expect(hub.server.requests.map { $0.headers["range"] } == (lie == .whole ? ["bytes=1000-2499999"] : ["bytes=1000-2499999", nil]))
        }
    }

    @Test func aServerThatOnlyRefusesIsAskedTwiceAndNoMore() async throws {
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: ScriptedServer.always(.init(status: 416))) { hub in
            try hub.leave(content.prefix(1000), at: hub.partial(file))
            #expect(try await hub.failure(of: file).code == .hubProtocolViolation)
            #expect(hub.server.requests.count == 2)
        }
    }

    @Test func aCompletePartNeedsNoRequest() async throws {
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: ScriptedServer.serving(content)) { hub in
            try hub.leave(content, at: hub.partial(file))
            #expect(hub.content(try await hub.download(file)) == content)
            #expect(hub.server.requests.isEmpty)
        }
    }

    @Test(arguments: [2_500_000, 2_500_001])
    func aSpoiltPartOfFullLengthIsDroppedAndFetchedAgain(length: Int) async throws {
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: ScriptedServer.serving(content)) { hub in
            try hub.leave([UInt8](repeating: 7, count: length), at: hub.partial(file))
            #expect(hub.content(try await hub.download(file)) == content)
            #expect(hub.server.requests.map { $0.headers["range"] } == [nil])
        }
    }

    @Test func aSpoiltPrefixIsFoundByItsDigestAndRepaired() async throws {
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: ScriptedServer.serving(content)) { hub in
            try hub.leave([UInt8](repeating: 7, count: 1000), at: hub.partial(file))
            #expect(hub.content(try await hub.download(file)) == content)
            #expect(hub.server.requests.map { $0.headers["range"] } == ["bytes=1000-2499999", nil])
        }
    }

    @Test func aLinkInPlaceOfThePartIsNotFollowed() async throws {
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: ScriptedServer.serving(content)) { hub in
            let victim = hub.cache.root.appending("victim")
            try hub.leave([1, 2, 3], at: victim)
            try FileSystem.makeFolder(hub.partial(file).removingLastComponent())
            #expect(try FileSystem.makeLink(at: hub.partial(file), to: victim))
            #expect(try await hub.failure(of: file).code == .fileSystem)
            #expect(hub.content(victim) == [1, 2, 3])
        }
    }

    @Test func aStalledTransferEndsAndKeepsItsBytes() async throws {
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(stallTimeout: .seconds(20)) { [content] _ in
            ScriptedServer.Response(body: Array(content.prefix(1_500_000)), claimedLength: content.count, end: .hang)
        } _: { hub in
            let error = try await hub.failure(of: file)
            #expect(error.code == .network)
            #expect(error.message.contains("no byte arrived"))
            #expect(hub.client.presentBytes(of: file, in: hub.revision) >= 1 << 20)
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func cancellationStopsTheTransferAndKeepsItsBytes() async throws {
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run { [content] _ in
            ScriptedServer.Response(body: Array(content.prefix(1_500_000)), claimedLength: content.count, end: .hang)
        } _: { hub in
            let (progress, continuation) = AsyncStream<Int64>.makeStream()
            let outcome = await withTaskGroup(of: Result<FilePath, any Error>.self) { group in
                group.addTask {
                    do {
                        return .success(try await hub.client.download(file, in: hub.revision) { continuation.yield($0) })
                    } catch {
                        return .failure(error)
                    }
                }
                for await bytes in progress where bytes >= 1 << 20 { break }
                group.cancelAll()
                return await group.next()
            }
            #expect(throws: CancellationError.self) { _ = try #require(outcome).get() }
            #expect(hub.client.presentBytes(of: file, in: hub.revision) >= 1 << 20)
            #expect(hub.content(hub.blob(file)) == nil)
        }
    }

    @Test func aPartThatAnotherProgramChangesIsDroppedAndNeverInstalled() async throws {
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: ScriptedServer.serving(content)) { [content] hub in
            try FileSystem.makeFolder(hub.partial(file).removingLastComponent())
            let partial = try PartialFile(opening: hub.partial(file), for: file, space: DiskSpace())
            try partial.write([ByteBuffer(bytes: content.prefix(1000))], at: 0)
            try FileHandle(forWritingTo: URL(fileURLWithPath: hub.partial(file).string)).truncate(atOffset: 0)
            let error = #expect(throws: RoostError.self) { try partial.write([ByteBuffer(bytes: content.dropFirst(1000))], at: 1000) }
            #expect(error?.code == .sizeMismatch)
            #expect(hub.content(hub.partial(file)) == nil && hub.content(hub.blob(file)) == nil)
            #expect(hub.content(try await hub.download(file)) == content)
        }
    }

    @Test func aDamagedBlobIsFetchedAgainAndAGoodOneIsNot() async throws {
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: ScriptedServer.serving(content)) { [content] hub in
            _ = try await hub.download(file)
            _ = try await hub.download(file)
            #expect(hub.server.requests.count == 1)
            var damaged = content
            damaged[7] ^= 1
            try hub.leave(damaged, at: hub.blob(file))
            #expect(hub.content(try await hub.download(file)) == content)
            #expect(hub.server.requests.count == 2)
        }
    }
}
