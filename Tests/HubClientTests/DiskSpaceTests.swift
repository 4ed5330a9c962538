import HubTestSupport
import RoostCore
import Synchronization
import SystemPackage
import Testing

@testable import HubClient

@Suite struct DiskSpaceTests {
    private let content = Fixture.bytes(6_000_000)

    @Test(
        arguments: [(nil, 48 << 20, 2_516_582), (nil, 10 << 40, 1 << 30), (0, 10 << 40, 0), (5_000_000_000, 1 << 30, 5_000_000_000)]
            as [(Int64?, Int64, Int64)])
    func `a twentieth of the disk stays free, but at most a GiB, or what was asked for`(asked: Int64?, size: Int64, reserve: Int64) throws {
        let space = DiskSpace(reserve: asked, freeBytes: { _ in 6 << 30 }, totalBytes: { _ in size })
        #expect(try space.reserve(in: "/") == reserve)
        #expect(try space.usableBytes(in: "/") == (6 << 30) - reserve)
        try space.require((6 << 30) - reserve, in: "/", for: "x")
        let error = #expect(throws: RoostError.self) { try space.require((6 << 30) - reserve + 7, in: "/", for: "x") }
        #expect(error?.message.hasPrefix("7 bytes (7 B) are missing in /: x needs ") == true)
        #expect(error?.message.contains("\(ByteCount(reserve)) stay free") == true)
    }

    @Test func `a disk that others fill meanwhile ends a download whose blocks could not be reserved`() async throws {
        let file = try Fixture.file("m.gguf", content)
        let looks = Mutex(0)
        let space = DiskSpace(
            reserve: 500,
            freeBytes: { _ in
                looks.withLock { looks in
                    looks += 1
                    return looks == 1 ? 10_000_000 : 3000
                }
            }, allocate: { _, _ in nil })
        let half = ScriptedServer.Response(body: Array(content.prefix(3_000_000)), claimedLength: content.count, end: .hang)
        try await Fixture.run(space: space, answering: ScriptedServer.always(half)) { hub in
            let error = try await hub.failure(of: file)
            #expect(error.code == .insufficientSpace && error.message.contains("m.gguf\" needs"), "\(error)")
            #expect(hub.client.presentBytes(of: file, in: hub.revision) > 0)
            #expect(hub.content(hub.blob(file)) == nil)
        }
    }

    #if os(Linux)
        @Test func `what a download has reserved is not asked for again when it is continued on a full disk`() async throws {
            let file = try Fixture.file("m.gguf", content)
            let isFull = Mutex(false)
            let space = DiskSpace(reserve: 500, freeBytes: { _ in isFull.withLock { $0 ? 0 : 10_000_000 } })
            let half = ScriptedServer.Response(body: Array(content.prefix(3_000_000)), claimedLength: content.count, end: .close)
            let whole = ScriptedServer.serving(content)
            let answer: ScriptedServer.Handler = { isFull.withLock(\.self) ? await whole($0) : half }
            try await Fixture.run(space: space, answering: answer) { (hub: Fixture) async throws -> Void in
                let error = try await hub.failure(of: file)
                #expect(error.code == .network)
                isFull.withLock { $0 = true }
                let room = try hub.client.space(for: [file], in: hub.revision)
                #expect(room.needed == 0)
                let path = try await hub.download(file)
                #expect(hub.content(path) == content)
            }
        }
    #endif

    @Test func `two pulls do not count on the same bytes, and written or released bytes no longer count`() async throws {
        let space = DiskSpace(reserve: 0, freeBytes: { _ in 10_000 })
        let first = try Fixture.file("a.gguf", Fixture.bytes(6000))
        let second = try Fixture.file("b.gguf", Fixture.bytes(5000))
        try await Fixture.run(space: space, answering: ScriptedServer.always(.init())) { hub in
            let claim = try #require(try hub.client.claimSpace(for: [first], in: hub.revision))
            let tooMuch = try hub.client.claimSpace(for: [second], in: hub.revision)
            #expect(tooMuch == nil)
            let room = try hub.client.space(for: [second], in: hub.revision)
            #expect(room.needed == 5000 && room.available == 4000)
            // The same file is fetched once.
            let twin = try #require(try hub.client.claimSpace(for: [first], in: hub.revision))
            twin.release()
            try hub.leave([UInt8](repeating: 0, count: 2000), at: hub.partial(first))
            let other = try #require(try hub.client.claimSpace(for: [second], in: hub.revision))
            other.release()
            claim.release()
            #expect(try hub.client.space(for: [second], in: hub.revision).available == 10_000)
        }
    }
}
