import Foundation
import ModelFormats
import RoostCore
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

/// Conversations that the server keeps.
@Suite struct SessionStoreTests {
    private func messages(_ list: [(role: String, text: String)]) throws -> SessionMessages {
        let json = list.map { "{\"role\":\"\($0.role)\",\"content\":\"\($0.text)\"}" }.joined(separator: ",")
        return SessionMessages(try JSONDocument(Array("[\(json)]".utf8)).root)
    }

    private func text(_ messages: SessionMessages?) -> String {
        messages.map {
            $0.all.map { String(decoding: $0.json, as: UTF8.self) }.compactMap { $0.firstMatch(of: /"content":"([^"]*)"/)?.1 }.joined(separator: " ")
        } ?? "-"
    }

    private func answer(_ text: String) throws -> ChatAnswer {
        var answer = ChatAnswer()
        try answer.add(.text(text))
        return answer
    }

    /// A clock that a test sets.
    private final class Clock: Sendable {
        private let seconds = Mutex(1_000_000.0)

        func advance(by time: Double) { seconds.withLock { $0 += time } }
        var now: @Sendable () -> Date { { Date(timeIntervalSince1970: self.seconds.withLock { $0 }) } }
    }

    private func withStore(
        _ limits: SessionStore.Limits = .init(), _ body: (SessionStore, Clock, FilePath) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let (clock, path) = (Clock(), directory.appending("sessions.db"))
            try await body(SessionStore(path: path, limits: limits, now: clock.now), clock, path)
        }
    }

    private let mine = SessionStore.Name(client: "10.0.0.1", id: "a")

    /// Adds one question and its answer.
    private func turn(_ store: SessionStore, _ name: SessionStore.Name, _ question: String) async throws {
        try await store.begin(name, messages([("user", question)])).save(answer("to " + question))
    }

    @Test func `a turn is in the session for the next one, also after a restart, and for no other client`() async throws {
        try await withStore { store, clock, path in
            try await turn(store, mine, "one")
            try await turn(store, mine, "two")
            let again = SessionStore(path: path, now: clock.now)
            #expect(text(try await again.begin(mine, messages([("user", "three")])).history(atMost: 100)) == "one to one two to two")
            let other = SessionStore.Name(client: "10.0.0.2", id: "a")
            #expect(text(try await store.begin(other, messages([("user", "x")])).history(atMost: 100)) == "-")
            for change in [{ _ = try await store.session(other) }, { try await store.delete(other) }] as [() async throws -> Void] {
                let error = await #expect(throws: RoostError.self) { try await change() }
                #expect(error?.code == .notFound && error?.field == "session_id")
            }
            #expect(text(try await store.session(mine).messages()) == "one to one two to two")
            try await store.delete(mine)
            await #expect(throws: RoostError.self) { try await store.session(mine) }
        }
    }

    @Test func `a session ends an hour after its last use`() async throws {
        try await withStore { store, clock, _ in
            try await turn(store, mine, "one")
            clock.advance(by: 3599)
            try await turn(store, mine, "two")
            clock.advance(by: 3599)
            let session = try await store.session(mine)
            #expect(session.lastUsedAt.timeIntervalSince(session.createdAt) == 3599)
            clock.advance(by: 1)
            await #expect(throws: RoostError.self) { try await store.session(mine) }
            #expect(text(try await store.begin(mine, messages([("user", "three")])).history(atMost: 100)) == "-")
        }
    }

    @Test func `a turn that does not complete changes nothing, and while it goes on the session takes no other`() async throws {
        try await withStore { store, _, _ in
            try await turn(store, mine, "one")
            do {
                let open = try await store.begin(mine, messages([("user", "two")]))
                for change in [{ _ = try await store.begin(mine, try messages([("user", "x")])) }, { try await store.delete(mine) }]
                    as [() async throws -> Void]
                {
                    let error = await #expect(throws: RoostError.self) { try await change() }
                    #expect(error?.code == .conflict)
                }
                withExtendedLifetime(open) {}
            }
            try await turn(store, mine, "three")
            #expect(text(try await store.session(mine).messages()) == "one to one three to three")
        }
    }

    @Test func `the end of an earlier turn does not free a session that answers again`() async throws {
        try await withStore { store, _, _ in
            let first = try await store.begin(mine, messages([("user", "one")]))
            try await first.save(answer("1"))
            let second = try await store.begin(mine, messages([("user", "two")]))
            first.end()
            await #expect(throws: RoostError.self) { try await store.begin(mine, messages([("user", "x")])) }
            withExtendedLifetime(second) {}
        }
    }

    @Test func `clients have limits of their own, and what is too large is refused before it is asked`() async throws {
        var limits = SessionStore.Limits()
        limits.ofClient = (sessions: 2, bytes: 10_000)
        limits.ofAll = (sessions: 3, bytes: 100_000)
        limits.bytes = 2000
        try await withStore(limits) { store, clock, _ in
            for id in ["a", "b"] { try await turn(store, .init(client: "1", id: id), id) }
            func refusal(_ name: SessionStore.Name, _ text: String = "x") async throws -> RoostError? {
                await #expect(throws: RoostError.self) { try await store.begin(name, messages([("user", text)])) }
            }
            #expect(try await refusal(.init(client: "1", id: "c"))?.code == .rateLimited)
            // An old one goes on, and another client begins.
            try await turn(store, .init(client: "1", id: "a"), "more")
            try await turn(store, .init(client: "2", id: "a"), "a")
            #expect(try await refusal(.init(client: "3", id: "a"))?.message.contains("The server keeps") == true)
            let large = try await refusal(.init(client: "1", id: "a"), String(repeating: "x", count: 3000))
            #expect(large?.code == .tooLarge && large?.field == "messages")
            clock.advance(by: 3600)
            try await turn(store, .init(client: "3", id: "a"), "a")
        }
    }

    @Test func `a session that is there grows only as far as its client may`() async throws {
        var limits = SessionStore.Limits()
        limits.ofClient = (sessions: 10, bytes: 2500)
        limits.bytes = 2000
        try await withStore(limits) { store, _, _ in
            let (a, b) = (SessionStore.Name(client: "1", id: "a"), SessionStore.Name(client: "1", id: "b"))
            let long = String(repeating: "x", count: 800)
            for name in [a, b] { try await turn(store, name, "short") }
            try await turn(store, a, long)
            let error = await #expect(throws: RoostError.self) { try await store.begin(b, messages([("user", long)])) }
            #expect(error?.code == .rateLimited && error?.field == "session_id")
            try await turn(store, b, "short")
            try await turn(store, .init(client: "2", id: "a"), long)
            // Two turns that both fit when they begin.
            let (first, second) = (SessionStore.Name(client: "3", id: "a"), SessionStore.Name(client: "3", id: "b"))
            let turns = [try await store.begin(first, messages([("user", long)])), try await store.begin(second, messages([("user", long)]))]
            try await turns[0].save(answer(long))
            await #expect(throws: RoostError.self) { try await turns[1].save(answer(long)) }
        }
    }

    @Test func `the oldest messages go first, the system's stay, and what is left begins with a question`() throws {
        var all = try messages([
            ("system", "s"), ("user", "1"), ("assistant", "2"), ("tool", "3"), ("assistant", "4"), ("user", "5"), ("assistant", "6"),
        ])
        all.keepLast(5)
        #expect(text(all) == "s 5 6")
        all.keepLast(2)
        #expect(text(all) == "s 5 6")
        all.append(try messages([("system", "t"), ("user", "7")]))
        #expect(text(all) == "t 5 6 7")
        all.keepLast(100, bytes: 75)
        #expect(text(all) == "t 7")
        all.keepLast(0)
        #expect(text(all) == "t")
    }

    @Test func `a damaged file is put aside, and a new one begins`() async throws {
        try await withStore { store, _, path in
            try Data("not a database, but long enough to be looked at as one".utf8).write(to: URL(fileURLWithPath: path.string))
            try await turn(store, mine, "one")
            #expect(text(try await store.session(mine).messages()) == "one to one")
            #expect(FileManager.default.fileExists(atPath: path.string + ".damaged"))
            let mode = try FileManager.default.attributesOfItem(atPath: path.string)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }
}
