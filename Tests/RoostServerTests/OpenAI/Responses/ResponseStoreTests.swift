import Foundation
import ModelFormats
import NIOCore
import RoostAPI
import RoostCore
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

/// Responses are kept across restarts, within limits, and for their own client only.
@Suite struct ResponseStoreTests {
    private func store(_ directory: TemporaryDirectory, limit: Int64 = 1 << 20, days: Int = 30, now: @escaping @Sendable () -> Date = { Date() })
        -> ResponseStore
    {
        ResponseStore(path: directory.path.appending("responses.db"), limit: limit, days: days, longestConversation: 1 << 20, now: now)
    }

    /// Keeps a response with an answer.
    private func save(_ text: String, in store: ResponseStore, after previous: String? = nil, owner: String = "me", ends: Bool = true) async throws
        -> String
    {
        let more = previous.map { ",\"previous_response_id\":\"\($0)\"" } ?? ""
        let fields = try RequestFields(body: ByteBuffer(string: "{\"model\":\"a/b\",\"input\":\"\(text)?\"\(more)}"))
        let run = ResponseRun(try ResponseRequest(fields, canStore: true), owner: owner, storage: store)
        _ = try run.events { try $0.add(.text("\(text)!")) }
        if ends { _ = run.events { $0.end(.stop, .init()) } }
        try await run.store()
        return run.id
    }

    private func texts(_ items: [JSONText]) -> [String] { items.compactMap { ResponsePart.text(of: $0.value?["content"]) } }

    private func conversation(_ store: ResponseStore, _ id: String, _ owner: String) async throws -> [StoredResponse] {
        try await store.conversation(endingWith: id, of: owner) { _ in }.0
    }

    /// The texts of a conversation.
    private func texts(_ store: ResponseStore, _ id: String) async throws -> [String] {
        texts(try await conversation(store, id, "me").flatMap(\.items))
    }

    @Test func `memory for a conversation is reserved before it is read, and without it the responses stay as they are`() async throws {
        let directory = try TemporaryDirectory()
        let store = store(directory)
        let first = try await save("a", in: store)
        let second = try await save("b", in: store, after: first)
        let bytes = try await conversation(store, second, "me").reduce(0) { $0 + $1.response.count + $1.input.count }
        let (responses, reserved) = try await store.conversation(endingWith: second, of: "me") { $0 }
        #expect(responses.count == 2 && reserved == bytes && bytes > 1000)
        let error = await #expect(throws: RoostError.self) {
            try await store.conversation(endingWith: second, of: "me") { _ in throw RoostError(.rateLimited, "no room") }
        }
        #expect(error?.message == "no room")
        #expect(try await texts(store, second) == ["a?", "a!", "b?", "b!"])
    }

    @Test func `a conversation continues after a restart, in its order`() async throws {
        let directory = try TemporaryDirectory()
        let first = try await save("a", in: store(directory))
        let second = try await save("b", in: store(directory), after: first)
        #expect(try await texts(store(directory), second) == ["a?", "a!", "b?", "b!"])
        let mode = try FileManager.default.attributesOfItem(atPath: directory.path.appending("responses.db").string)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let stored = try #require(try await store(directory).response(first, of: "me"))
        #expect(stored.contains(#""status":"completed""#))
        let bytes = Mutex(0)
        let input = try #require(
            try await store(directory).read(.input, of: first, ownedBy: "me") { size in bytes.withLock { $0 = size } })
        #expect(texts(StoredResponse.items(input.json)) == ["a?"] && bytes.withLock { $0 } == input.json.readableBytes)
        await #expect(throws: CancellationError.self) {
            try await store(directory).read(.input, of: first, ownedBy: "me") { _ in throw CancellationError() }
        }
        let isOther = try await store(directory).contains(first, of: "other")
        #expect(try await store(directory).contains(first, of: "me") && !isOther)
    }

    @Test func `no client reads, continues or deletes what another one has`() async throws {
        let directory = try TemporaryDirectory()
        let store = store(directory)
        let mine = try await save("a", in: store)
        #expect(try await store.response(mine, of: "other") == nil)
        #expect(try await store.delete(mine, of: "other") == false)
        let error = await #expect(throws: RoostError.self) { try await conversation(store, mine, "other") }
        #expect(error?.field == "previous_response_id" && error?.code == .invalidRequest)
        #expect(try await store.delete(mine, of: "me"))
        #expect(try await store.delete(mine, of: "me") == false)
        #expect(try await store.response(mine, of: "me") == nil)
    }

    @Test func `a conversation without its begin is refused, and so is one without an answer`() async throws {
        let directory = try TemporaryDirectory()
        let store = store(directory)
        let first = try await save("a", in: store)
        let second = try await save("b", in: store, after: first)
        #expect(try await store.delete(first, of: "me"))
        let error = await #expect(throws: RoostError.self) { try await conversation(store, second, "me") }
        #expect(error?.message.contains("was deleted or is too old") == true)
        let open = try await save("c", in: store, ends: false)
        let other = await #expect(throws: RoostError.self) { try await conversation(store, open, "me") }
        #expect(other?.message.contains("did not end with an answer") == true)
    }

    @Test func `responses that are not used end after some days, and each use counts for all that a response continues`() async throws {
        let directory = try TemporaryDirectory()
        let day = Mutex(0.0)
        let store = store(directory, days: 30) { Date(timeIntervalSince1970: 1_800_000_000 + day.withLock { $0 } * 86_400) }
        let first = try await save("a", in: store)
        let other = try await save("x", in: store)
        day.withLock { $0 = 20 }
        let second = try await save("b", in: store, after: first)
        _ = try await conversation(store, second, "me")
        day.withLock { $0 = 40 }
        #expect(try await texts(store, second) == ["a?", "a!", "b?", "b!"])
        #expect(try await store.response(other, of: "me") == nil)
    }

    @Test func `the oldest responses make room for new ones`() async throws {
        let directory = try TemporaryDirectory()
        let time = Mutex(0.0)
        let store = store(directory, limit: 60_000) {
            Date(
                timeIntervalSince1970: 1_800_000_000
                    + time.withLock { time in
                        time += 1
                        return time
                    })
        }
        var ids: [String] = []
        for _ in 0..<60 { ids.append(try await save(String(repeating: "x", count: 500), in: store)) }
        #expect(try await store.response(ids[0], of: "me") == nil)
        #expect(try await store.response(ids[59], of: "me") != nil)
    }

    @Test func `a client with much makes room among its own`() async throws {
        let directory = try TemporaryDirectory()
        let store = store(directory, limit: 60_000)
        let others = try await save("small", in: store, owner: "other")
        var ids: [String] = []
        for _ in 0..<60 { ids.append(try await save(String(repeating: "x", count: 500), in: store)) }
        #expect(try await store.response(others, of: "other") != nil)
        #expect(try await store.response(ids[0], of: "me") == nil)
        #expect(try await store.response(ids[59], of: "me") != nil)
    }

    @Test func `a response that is deleted while it is made does not come back`() async throws {
        let directory = try TemporaryDirectory()
        let store = store(directory)
        let fields = try RequestFields(body: ByteBuffer(string: #"{"model":"a/b","input":"x","background":true}"#))
        let run = ResponseRun(try ResponseRequest(fields, canStore: true), owner: "me", storage: store)
        try await run.store()
        let ended = Mutex(false)
        run.onCancel { ended.withLock { $0 = true } }
        run.discard()
        #expect(try await store.delete(run.id, of: "me") && ended.withLock(\.self))
        try await run.store()
        await run.fail(RoostError(.engineCrashed, "x"))
        #expect(try await store.response(run.id, of: "me") == nil)
    }

    @Test func `a response that was being made when the server ended has failed, and a damaged file is put aside`() async throws {
        let directory = try TemporaryDirectory()
        let id = try await save("a", in: store(directory), ends: false)
        let stored = try #require(try await store(directory).response(id, of: "me"))
        #expect(stored.contains(#""status":"failed""#) && stored.contains("The server stopped"))
        let damaged = try TemporaryDirectory()
        _ = try damaged.write("responses.db", String(repeating: "no database ", count: 1000).utf8)
        let new = try await save("a", in: store(damaged))
        #expect(try await store(damaged).response(new, of: "me") != nil)
        #expect(FileManager.default.fileExists(atPath: damaged.path.appending("responses.db.damaged").string))
    }
}

extension ResponseStore {
    /// A client's response as it is sent.
    fileprivate func response(_ id: String, of owner: String) async throws -> String? {
        try await read(.response, of: id, ownedBy: owner) { _ in }.map { String(buffer: $0.json) }
    }
}
