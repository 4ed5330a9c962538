import Foundation
import Logging
import NIOHTTP1
import RoostCore
import RoostServer
import Synchronization
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(10))) struct JobEventStreamTests {
    @Test func `a stream replays the history, goes on live, and ends with the job`() async throws {
        try await RunningServer.run { server in
            let id = try await server.submit("a/b")
            _ = try await server.post("/jobs/\(id)/pause", "{}")
            let other = try await server.submit("a/c")
            var seen: [StreamedEvent] = []
            let ended = try await withThrowingTaskGroup(of: Void.self) { group in
                let ended = try await server.follow("/jobs/\(id)/events") { event in
                    seen.append(event)
                    // What comes next is made only now, so it can only come live.
                    if event.kind == "paused" {
                        group.addTask {
                            _ = try await server.post("/jobs/\(other)/cancel", "{}")
                            _ = try await server.post("/jobs/\(id)/cancel", "{}")
                        }
                    }
                    return true
                }
                try await group.waitForAll()
                return ended
            }
            #expect(ended)
            #expect(seen.map(\.kind) == ["created", "paused", "canceled"])
            let history = try await server.history("/jobs/\(id)/events")
            #expect(try seen.map { try $0.event() } == history)
            #expect(seen.map(\.id) == history.map(\.id))
        }
    }

    @Test func `the stream of a finished job ends at once, and does not call a browser back`() async throws {
        try await RunningServer.run { server in
            let id = try await server.submit("a/b")
            _ = try await server.post("/jobs/\(id)/cancel", "{}")
            var last: Int64?
            let ended = try await server.follow("/jobs/\(id)/events") { event in
                last = event.id
                return true
            }
            #expect(ended)
            let again = try await server.send(.GET, "/jobs/\(id)/events", headers: ["Last-Event-ID": "\(try #require(last))"])
            #expect(again.status == 204)
            // A number from another life of jobs.db begins anew.
            var kinds: [String] = []
            try await server.follow("/jobs/\(id)/events", lastEventID: 1_000_000) { event in
                kinds.append(event.kind)
                return true
            }
            #expect(kinds == ["created", "canceled"])
        }
    }

    @Test(arguments: ["/jobs/ID/events", "/jobs/events?after=0"])
    func `a client that hangs up again and again while events are made gets each of them once, in order`(path: String) async throws {
        try await RunningServer.run { server in
            let id = try await server.submit("a/b")
            let path = path.replacing("ID", with: id)
            let seen = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for number in 1...300 { _ = try await server.post("/jobs/\(id)/priority", "{\"priority\":\(number % 100)}") }
                    _ = try await server.post("/jobs/\(id)/cancel", "{}")
                }
                var seen: [Int64] = []
                var isOver = false
                while !isOver {
                    var left = Int.random(in: 1...40)
                    try await server.follow(path, lastEventID: seen.last) { event in
                        guard let number = event.id else { return true }
                        seen.append(number)
                        isOver = event.kind == "canceled"
                        left -= 1
                        return left > 0 && !isOver
                    }
                }
                try await group.waitForAll()
                return seen
            }
            let history = try await server.history("/jobs/events")
            #expect(history.count == 302)
            #expect(seen == history.map(\.id))
        }
    }

    @Test func `two hundred watchers write nothing, all hear the end, and those who hang up leave`() async throws {
        try await RunningServer.run { server in
            let id = try await server.submit("a/b")
            let before = try await server.history("/jobs/events").count
            let (begun, source) = AsyncStream<Void>.makeStream()
            let ends = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        try await server.follow("/jobs/\(id)/events") { event in
                            if event.kind == "created" { source.yield() }
                            return number % 4 != 0
                        }
                    }
                }
                var watching = begun.makeAsyncIterator()
                for _ in 0..<200 { await watching.next() }
                #expect(try await server.history("/jobs/events").count == before)
                #expect(try await server.send(.GET, "/health").status == 200)
                _ = try await server.post("/jobs/\(id)/cancel", "{}")
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(ends == 150)
            #expect(try await server.history("/jobs/events").count == before + 1)
        }
    }

    @Test func `the stream of all jobs begins now, and the server's end ends it at once`() async throws {
        let begin = Mutex(ContinuousClock.now)
        let follower = try await RunningServer.run { server in
            _ = try await server.submit("a/a")
            let (opened, source) = AsyncStream<String>.makeStream()
            let follower = Task {
                try await server.follow("/jobs/events") { event in
                    source.yield(event.kind)
                    return true
                }
            }
            // Nothing says that the stream is open before something happens.
            let noise = Task {
                var number = 0
                while !Task.isCancelled {
                    number += 1
                    _ = try await server.submit("b/m\(number)")
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            #expect(await opened.first { _ in true } == "created")
            noise.cancel()
            begin.withLock { $0 = .now }
            return follower
        }
        _ = try? await follower.value
        // Work that does not end by itself is cancelled then.
        #expect(ContinuousClock.now - begin.withLock { $0 } < RoostServer.shutdownLimit)
    }

    @Test func `with Accept application json the history is an array, in parts`() async throws {
        try await RunningServer.run { server in
            let id = try await server.submit("a/b")
            for priority in 1...5 { _ = try await server.post("/jobs/\(id)/priority", "{\"priority\":\(priority)}") }
            let all = try server.decode([JobEvent].self, try await server.send(.GET, "/jobs/\(id)/events", headers: ["Accept": "application/json"]))
            #expect(all.count == 6 && all.allSatisfy { $0.jobID == id })
            let part = try server.decode(
                [JobEvent].self, try await server.send(.GET, "/jobs/events?format=json&after=\(all[1].id)&limit=2"))
            #expect(part == Array(all[2...3]))
        }
    }
}
