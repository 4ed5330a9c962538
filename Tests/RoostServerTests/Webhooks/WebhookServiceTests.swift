import Foundation
import GRDB
import HTTPTypes
import Hummingbird
import JobStore
import JobStoreSQLite
import Logging
import NIOCore
import RoostCore
import ServiceLifecycle
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

@Suite(.timeLimit(.minutes(10))) struct WebhookServiceTests {
    static let secret = "0123456789abcdef"
    let directory: TemporaryDirectory
    let time = ManualTime()

    init() throws { directory = try TemporaryDirectory() }

    private var logger: Logger { Logger.silent }

    private func open() throws -> JobDatabase {
        let time = time
        return try JobDatabase(path: directory.path.appending("jobs.db").string, logger: logger, now: { time.now })
    }

    /// A job with a webhook that has ended.
    @discardableResult
    private func endedJob(_ name: String, callback url: String, in database: JobDatabase) async throws -> Job {
        var pull = NewPull(model: try ModelReference(parsing: "org/\(name)"))
        pull.callbackURL = url
        let job = try await database.createJob(pull)
        try await end(job.id, in: database)
        return try #require(try database.job(id: job.id))
    }

    private func end(_ id: String, in database: JobDatabase) async throws {
        let now = Timestamp(time.now)
        try await database.changeJob(id: id, message: nil) { job, _ in
            job.status = .succeeded
            job.finishedAt = now
        }
    }

    /// Runs the service beside a test, and stops it gracefully.
    private func withService(
        _ database: JobDatabase, allowing hosts: [String], timeLimit: Duration = .seconds(3600), _ body: () async throws -> Void
    ) async throws {
        let service = WebhookService(
            database: database, policy: WebhookPolicy(allowedHosts: hosts), secret: SecretToken(Self.secret),
            backoff: WebhookBackoff(jitter: { 0.5 }),
            timeLimit: timeLimit, time: time.source, logger: logger)
        let group = ServiceGroup(configuration: .init(services: [service], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// The service wakes by itself after each call; what it then waits for tells what it has written down.
    private func waitUntilNothingIsDue(_ database: JobDatabase) async throws {
        while try database.nextWebhook() != nil { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test func `a job's end is told with a signature that the receiver can compute`() async throws {
        try await WebhookReceiver.run { receiver, port in
            let database = try open()
            try await withService(database, allowing: ["127.0.0.1:\(port)"]) {
                let job = try await endedJob("one", callback: "http://127.0.0.1:\(port)/hook?key=1", in: database)
                let call = try #require(await receiver.next())
                #expect(call.header("X-Roost-Signature") == call.expectedSignature(secret: Self.secret))
                #expect(call.header("X-Roost-Signature") != call.expectedSignature(secret: "another secret!!"))
                #expect(call.header("X-Roost-Timestamp") == "1800000000")
                #expect(call.header("X-Roost-Event") == "succeeded")
                #expect(call.header("X-Roost-Delivery") == "\(job.id)-1")
                #expect(call.header("User-Agent") == "roost/\(RoostVersion.current)")
                #expect(call.header("Content-Type") == "application/json")
                #expect(call.json["event"] as? String == "succeeded" && call.json["attempt"] as? Int == 1)
                #expect(call.json["delivered_at"] as? String == Timestamp(time.now).rawValue)
                let told = try #require(call.json["job"] as? [String: Any])
                #expect(told["id"] as? String == job.id && told["model"] as? String == "org/one" && told["status"] as? String == "succeeded")
                try await waitUntilNothingIsDue(database)
            }
            #expect(receiver.callCount == 1)
            try database.close()
        }
    }

    @Test func `a receiver that answers 500 is called again later, with the next attempt's number`() async throws {
        try await WebhookReceiver.run { _, number in
            Response(status: number < 3 ? .internalServerError : .noContent)
        } _: { receiver, port in
            let database = try open()
            try await withService(database, allowing: ["127.0.0.1"]) {
                let job = try await endedJob("one", callback: "http://127.0.0.1:\(port)/hook", in: database)
                for (attempt, pause) in [(1, 10.0), (2, 20.0)] {
                    #expect(await receiver.next()?.header("X-Roost-Delivery") == "\(job.id)-\(attempt)")
                    await time.nextSleep { $0 == .seconds(pause) }
                    #expect(try database.nextWebhook() == time.now.addingTimeInterval(pause))
                    time.advance(by: .seconds(pause - 0.1))
                    #expect(try await database.dueWebhooks(limit: 1, after: "", excluding: []).calls.isEmpty)
                    time.advance(by: .seconds(0.1))
                }
                let last = try #require(await receiver.next())
                #expect(last.header("X-Roost-Delivery") == "\(job.id)-3" && last.json["attempt"] as? Int == 3)
                #expect(last.header("X-Roost-Signature") == last.expectedSignature(secret: Self.secret))
                try await waitUntilNothingIsDue(database)
            }
            try database.close()
        }
    }

    @Test func `a host that is no longer allowed is not called, and the call waits for its next try`() async throws {
        try await WebhookReceiver.run { receiver, port in
            let database = try open()
            try await endedJob("one", callback: "http://127.0.0.1:\(port)/hook", in: database)
            try await withService(database, allowing: ["elsewhere.example"]) {
                await time.nextSleep { $0 == .seconds(10) }
                let next = try database.nextWebhook()
                #expect(next == time.now.addingTimeInterval(10))
            }
            #expect(receiver.callCount == 0)
            try database.close()
        }
    }

    @Test func `a redirect is not followed`() async throws {
        try await WebhookReceiver.run { _, _ in
            Response(status: .temporaryRedirect, headers: [.location: "/elsewhere"])
        } _: { receiver, port in
            let database = try open()
            try await withService(database, allowing: ["127.0.0.1"]) {
                try await endedJob("one", callback: "http://127.0.0.1:\(port)/hook", in: database)
                #expect(await receiver.next()?.path == "/hook")
                await time.nextSleep { $0 == .seconds(10) }
            }
            #expect(receiver.callCount == 1)
            try database.close()
        }
    }

    @Test func `what was not delivered before a restart is delivered after it`() async throws {
        try await WebhookReceiver.run { receiver, port in
            let first = try open()
            try await endedJob("one", callback: "http://127.0.0.1:\(port)/hook", in: first)
            try first.close()
            let second = try open()
            try await withService(second, allowing: ["127.0.0.1"]) {
                #expect(await receiver.next()?.json["attempt"] as? Int == 1)
                try await waitUntilNothingIsDue(second)
            }
            try second.close()
            let third = try open()
            try await withService(third, allowing: ["127.0.0.1"]) { await time.nextSleep { $0 == .seconds(60) } }
            #expect(receiver.callCount == 1)
            try third.close()
        }
    }

    @Test func `a receiver that does not answer delays no other one`() async throws {
        let (never, end) = AsyncStream<Void>.makeStream()
        try await WebhookReceiver.run { call, _ in
            if call.path == "/slow" { for await _ in never {} }
            return Response(status: .ok)
        } _: { receiver, port in
            let database = try open()
            for number in 1...6 { try await endedJob("slow\(number)", callback: "http://127.0.0.1:\(port)/slow", in: database) }
            try await withService(database, allowing: ["127.0.0.1", "localhost"], timeLimit: .seconds(3600)) {
                #expect(await receiver.next()?.path == "/slow")
                try await endedJob("quick", callback: "http://localhost:\(port)/hook", in: database)
                // The slow receiver's next call would come after an hour.
                #expect(await receiver.next()?.path == "/hook")
                end.finish()
                try await waitUntilNothingIsDue(database)
            }
            #expect(receiver.callCount == 7)
            try database.close()
        }
    }

    @Test func `a receiver that does not answer counts as failed after the time limit`() async throws {
        let (never, end) = AsyncStream<Void>.makeStream()
        try await WebhookReceiver.run { _, _ in
            for await _ in never {}
            return Response(status: .ok)
        } _: { receiver, port in
            let database = try open()
            let limit = Duration.milliseconds(500)
            try await withService(database, allowing: ["127.0.0.1"], timeLimit: limit) {
                let begin = ContinuousClock.now
                let job = try await endedJob("one", callback: "http://127.0.0.1:\(port)/slow", in: database)
                #expect(await receiver.next()?.header("X-Roost-Delivery") == "\(job.id)-1")
                await time.nextSleep { $0 == .seconds(10) }
                #expect(ContinuousClock.now - begin >= limit)
                #expect(try database.nextWebhook() == time.now.addingTimeInterval(10))
            }
            end.finish()
            try database.close()
        }
    }

    @Test func `a host gets half of the places at the most, a receiver and a job one`() async throws {
        let database = try open()
        var urls = (1...6).map { "http://one.example:\($0)/" } + ["http://one.example:1/again"]
        urls += (1...6).map { "http://[::\($0)]:80/" }
        for (number, url) in urls.enumerated() { try await endedJob("job\(number)", callback: url, in: database) }
        let due = try await database.dueWebhooks(limit: 100, after: "", excluding: []).calls
        #expect(due.count == 12)
        var places = WebhookPlaces()
        let taken = due.sorted { $0.receiver > $1.receiver }.filter { places.take($0) }
        #expect(taken.count == 8 && places.free == 0)
        #expect(taken.count { $0.receiver.contains("one.example") } == 4 && Set(taken.map(\.receiver)) == places.busy)
        places.leave(taken[0])
        let again = [places.take(taken[0]), places.take(taken[0])]
        #expect(again == [true, false])
        try database.close()
    }

    @Test func `a long or slow answer after a good status changes nothing`() async throws {
        try await WebhookReceiver.run { _, _ in
            Response(
                status: .ok,
                body: .init { writer in
                    for _ in 0..<1000 { try await writer.write(ByteBuffer(repeating: 0x78, count: 64 << 10)) }
                    try await writer.finish(nil)
                })
        } _: { receiver, port in
            let database = try open()
            try await withService(database, allowing: ["127.0.0.1"]) {
                try await endedJob("one", callback: "http://127.0.0.1:\(port)/hook", in: database)
                _ = await receiver.next()
                try await waitUntilNothingIsDue(database)
            }
            try database.close()
        }
    }

    @Test func `a job that ends again while its receiver is called is told again`() async throws {
        let (again, ended) = AsyncStream<Void>.makeStream()
        try await WebhookReceiver.run { _, number in
            if number == 1 { for await _ in again { break } }
            return Response(status: .ok)
        } _: { receiver, port in
            let database = try open()
            try await withService(database, allowing: ["127.0.0.1"]) {
                let job = try await endedJob("one", callback: "http://127.0.0.1:\(port)/hook", in: database)
                _ = await receiver.next()
                try await database.changeJob(id: job.id, message: nil) { job, _ in job.status = .queued }
                time.advance(by: .seconds(1))
                try await end(job.id, in: database)
                ended.yield()
                let second = try #require(await receiver.next())
                #expect((second.json["job"] as? [String: Any])?["finished_at"] as? String == Timestamp(time.now).rawValue)
                try await waitUntilNothingIsDue(database)
            }
            try database.close()
        }
    }

    @Test func `thousands of due calls of a receiver that does not answer keep no other waiting`() async throws {
        let (silence, end) = AsyncStream<Void>.makeStream()
        try await WebhookReceiver.run { call, _ in
            if call.path == "/slow" { for await _ in silence {} }
            return Response(status: .ok)
        } _: { receiver, port in
            let database = try open()
            try await database.write { db in
                try db.execute(
                    sql: """
                        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
                        INSERT INTO jobs (id, model, status, created_at) SELECT 'slow-' || i, 'a/a', 'succeeded', '2020-01-01T00:00:00Z' FROM n;
                        INSERT INTO job_webhooks (job_id, url, next_try) SELECT id, 'http://127.0.0.1:\(port)/slow', '2020' FROM jobs;
                        """)
            }
            let good = try await endedJob("good", callback: "http://localhost:\(port)/hook", in: database)
            try await withService(database, allowing: ["127.0.0.1", "localhost"], timeLimit: .seconds(50)) {
                for await call in receiver.calls where call.path == "/hook" {
                    #expect((call.json["job"] as? [String: Any])?["id"] as? String == good.id)
                    break
                }
                end.finish()
            }
            try database.close()
        }
    }
}
