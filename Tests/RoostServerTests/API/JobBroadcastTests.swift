import Foundation
import HTTPTypes
import Hummingbird
import JobStore
import JobStoreSQLite
import Logging
import NIOCore
import RoostAPI
import RoostCore
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

@Suite(.timeLimit(.minutes(10))) struct JobBroadcastTests {
    /// A database with a running job, whose bytes the test sets, and the number of looks at them.
    private struct Bench: Sendable {
        let database: JobDatabase
        let broadcast: JobBroadcast
        let running: Job
        let bytes: Sink

        final class Sink: Sendable {
            let value = Mutex<Int64>(0)
        }

        static func run(_ body: (Bench) async throws -> Void) async throws {
            try await withTemporaryDirectory { directory in
                let logger = Logger.silent
                let database = try JobDatabase(path: directory.appending("jobs.db").string, logger: logger)
                _ = try await database.createJob(NewPull(model: ModelReference(parsing: "a/b")))
                let running = try #require(try await database.claimNextJob(owner: "test"))
                let bytes = Sink()
                let broadcast = JobBroadcast(
                    database: database,
                    view: { job in
                        var job = job
                        job.downloadedBytes = bytes.value.withLock { $0 }
                        return JobView(job: job)
                    }, logger: logger, tick: .milliseconds(5), heartbeat: .milliseconds(50))
                try await body(Bench(database: database, broadcast: broadcast, running: running, bytes: bytes))
                try database.close()
            }
        }

        func text(_ frame: JobFrame) -> String { String(buffer: frame.bytes) }
    }

    @Test func `progress is told at once and when it has changed, without an id, until the job ends`() async throws {
        try await Bench.run { bench in
            let claim = try #require(bench.running.claim)
            let watcher = await bench.broadcast.watch(.job(bench.running.id))
            var told: [Int64] = []
            var hadHeartbeat = false
            for await frame in watcher.frames {
                watcher.consumed()
                if case .event(let event, _) = frame {
                    #expect(event.kind == .succeeded)
                    break
                }
                let text = bench.text(frame)
                #expect(!text.contains("id: "))
                guard let data = text.split(separator: "\ndata: ").dropFirst().first else {
                    hadHeartbeat = hadHeartbeat || text.hasPrefix(":")
                    if hadHeartbeat && told.last == 30 {
                        try await bench.database.updateJob(claim) {
                            $0.status = .succeeded
                            $0.finishedAt = $0.createdAt
                        }
                    }
                    continue
                }
                #expect(text.hasPrefix("event: progress\n"))
                told.append(try JSONDecoder().decode(JobView.self, from: Data(data.utf8)).job.downloadedBytes ?? -1)
                // The next change comes when this one was told.
                bench.bytes.value.withLock { if $0 < 30, told.last == $0 { $0 += 10 } }
            }
            await bench.broadcast.leave(watcher)
            // The first is what was true at the begin, and the first look may tell it again.
            #expect(told == [0, 10, 20, 30] || told == [0, 0, 10, 20, 30])
            #expect(hadHeartbeat)
        }
    }

    @Test func `who reads too slowly gets every event up to a point and then the end, and little progress`() async throws {
        try await Bench.run { bench in
            let claim = try #require(bench.running.claim)
            let watcher = await bench.broadcast.watch(.all)
            let quick = await bench.broadcast.watch(.job(bench.running.id))
            let before = try await bench.database.lastEventNumber(of: .all)
            let reading = Task {
                var count = 0
                for await frame in quick.frames {
                    quick.consumed()
                    if case .event = frame { count += 1 }
                    if count == 1200 { return }
                }
            }
            for number in 1...1200 { try await bench.database.addNote("\(number)", to: claim) }
            await reading.value
            var numbers: [Int64] = []
            var passing = 0
            for await frame in watcher.frames {
                watcher.consumed()
                if case .event(let event, _) = frame { numbers.append(event.id) } else { passing += 1 }
            }
            #expect(passing <= 4)
            #expect(numbers.count >= 1000 && numbers.count < 1200)
            #expect(numbers == Array((before + 1)...(before + Int64(numbers.count))))
            await bench.broadcast.leave(watcher)
            await bench.broadcast.leave(quick)
        }
    }

    /// Records what is written, and ends a watcher at the first event.
    private struct Recorder: ResponseBodyWriter {
        final class Text: Sendable {
            let value = Mutex("")
        }

        let text: Text
        let watcher: JobWatcher

        mutating func write(_ buffer: ByteBuffer) async throws {
            text.value.withLock { $0 += String(buffer: buffer) }
            if String(buffer: buffer).contains("event_of_the_history") { watcher.end() }
        }

        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    @Test func `a client whose watcher ends during a long history gets no event after the part that is missing`() async throws {
        try await Bench.run { bench in
            let claim = try #require(bench.running.claim)
            for _ in 1...600 { try await bench.database.addNote("event_of_the_history", to: claim) }
            let watcher = await bench.broadcast.watch(.all)
            let last = try await bench.database.lastEventNumber(of: .all)
            let live = JobEvent(
                id: last + 1, jobID: bench.running.id, time: Timestamp(Date()), kind: .note, status: .running, stage: nil, message: "event_of_now")
            watcher.send(JobFrame(live))
            let request = Request(
                head: HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/jobs/events"), body: .init(buffer: ByteBuffer()))
            let body = JobEventBody(database: bench.database, broadcast: bench.broadcast, request: request, scope: .all, after: 0) { true }
            let text = Recorder.Text()
            var writer: any ResponseBodyWriter = Recorder(text: text, watcher: watcher)
            try await body.relay(watcher, to: &writer)
            await bench.broadcast.leave(watcher)
            let written = text.value.withLock { $0 }
            #expect(written.components(separatedBy: "event_of_the_history").count - 1 < 600)
            #expect(written.contains("event_of_the_history") && !written.contains("event_of_now"))
        }
    }

    @Test func `who watches a user's jobs gets their events and progress, and nothing of other jobs`() async throws {
        try await Bench.run { bench in
            var pull = NewPull(model: try ModelReference(parsing: "c/d"))
            pull.userID = "ann"
            _ = try await bench.database.createJob(pull)
            let anns = try #require(try await bench.database.claimNextJob(owner: "test"))
            let watcher = await bench.broadcast.watch(.user("ann"))
            let others = try #require(bench.running.claim)
            var (texts, events, heartbeats) = ([String](), 0, 0)
            for await frame in watcher.frames {
                watcher.consumed()
                let text = bench.text(frame)
                texts.append(text)
                if text.hasPrefix(":") { heartbeats += 1 }
                if case .event = frame { events += 1 }
                if events == 0 {
                    // The progress of both jobs is another one, and both have events.
                    bench.bytes.value.withLock { $0 = 10 }
                    try await bench.database.addNote("of the other", to: others)
                    try await bench.database.addNote("of ann", to: try #require(anns.claim))
                }
                if events > 0 && heartbeats > 1 && texts.contains(where: { $0.contains("\"downloaded_bytes\":10") }) { break }
            }
            await bench.broadcast.leave(watcher)
            #expect(texts.allSatisfy { $0.hasPrefix(":") || $0.contains(anns.id) && !$0.contains(bench.running.id) })
        }
    }

    @Test func `who watches a list is told of deleted jobs, of one's own only, also when slow`() async throws {
        try await Bench.run { bench in
            let scopes: [JobScope] = [.all, .user("ann"), .user("bob"), .job(bench.running.id)]
            var watchers: [JobWatcher] = []
            for scope in scopes { watchers.append(await bench.broadcast.watch(scope)) }
            var job = bench.running
            job.userID = "ann"
            // More than the number of waiting pieces from which on there is no progress.
            for _ in 1...6 { await bench.broadcast.deleted(job) }
            await bench.broadcast.pruned()
            let deleted = "event: deleted\ndata: {\"event\":\"deleted\",\"job_id\":\"\(job.id)\"}\n\n"
            let pruned = "event: pruned\ndata: {\"event\":\"pruned\"}\n\n"
            for (watcher, count) in zip(watchers, [6, 6, 0, nil]) {
                await bench.broadcast.leave(watcher)
                var told: [String] = []
                for await frame in watcher.frames {
                    if case .news(let bytes) = frame { told.append(String(buffer: bytes)) }
                }
                #expect(told == count.map { Array(repeating: deleted, count: $0) + [pruned] } ?? [], "\(watcher.scope)")
            }
        }
    }

    @Test func `closing the database ends the watchers, also later ones`() async throws {
        try await Bench.run { bench in
            let watcher = await bench.broadcast.watch(.all)
            try bench.database.close()
            for await _ in watcher.frames {}
            let late = await bench.broadcast.watch(.all)
            for await _ in late.frames {}
            await bench.broadcast.leave(watcher)
            await bench.broadcast.leave(late)
        }
    }
}
