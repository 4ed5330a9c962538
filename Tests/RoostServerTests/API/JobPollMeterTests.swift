import Foundation
import JobStoreSQLite
import Logging
import RoostCore
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

extension JobPollMeter {
    fileprivate mutating func admitted(_ id: String, of calls: Int, by client: String = "c", at now: Duration) -> Int {
        var count = 0
        for _ in 0..<calls where admit(id, of: client, at: now) { count += 1 }
        return count
    }
}

@Suite struct JobPollMeterTests {
    @Test func `200 calls at once are let through, then 100 a second, for each job and client alone`() {
        var meter = JobPollMeter()
        #expect(meter.admitted("a", of: 300, at: .zero) == 200)
        #expect(meter.admitted("b", of: 1, at: .zero) == 1)
        #expect(meter.admitted("a", of: 300, by: "d", at: .zero) == 200)
        #expect(meter.takeCounts(at: .zero) == ["a": 400, "b": 1])
        #expect(meter.admitted("a", of: 300, at: .milliseconds(500)) == 50)
        #expect(meter.admitted("a", of: 300, at: .seconds(60)) == 200)
    }

    @Test func `counts are given once, without the calls that were refused`() {
        var meter = JobPollMeter()
        for _ in 0..<250 { _ = meter.admit("a", of: "c", at: .zero) }
        _ = meter.admit("b", of: "c", at: .zero)
        #expect(meter.takeCounts(at: .seconds(1)) == ["a": 200, "b": 1])
        #expect(meter.takeCounts(at: .seconds(2)).isEmpty)
        meter.putBack(["a": 3], at: .seconds(2))
        #expect(meter.takeCounts(at: .seconds(2)) == ["a": 3])
    }

    @Test func `taking the counts adds no tokens, and removes jobs without requests`() {
        var meter = JobPollMeter()
        for _ in 0..<200 { _ = meter.admit("a", of: "c", at: .zero) }
        _ = meter.takeCounts(at: .zero)
        #expect(meter.admitted("a", of: 1, at: .zero) == 0)
        _ = meter.takeCounts(at: .seconds(5))
        #expect(meter.count == 0)
    }

    @Test func `a million jobs fill no memory, and all are answered`() {
        var meter = JobPollMeter()
        for number in 0..<1_000_000 where !meter.admit("\(number)", of: "c", at: .zero) { Issue.record("job \(number) was refused") }
        #expect(meter.count == JobPollMeter.capacity)
        #expect(meter.takeCounts(at: .zero).count == JobPollMeter.capacity)
    }

    @Test func `the service writes all counts of five seconds in one go, and the last ones at its end`() async throws {
        try await withTemporaryDirectory { directory in
            let logger = Logger.silent
            let database = try JobDatabase(path: directory.appending("jobs.db").string, logger: logger)
            let first = try await database.createJob(NewPull(model: ModelReference(parsing: "a/a")))
            let second = try await database.createJob(NewPull(model: ModelReference(parsing: "a/b")))
            let sleeps = Mutex<[Duration]>([])
            var time = TimeSource()
            time.now = { .zero }
            time.sleep = { duration in
                let count = sleeps.withLock {
                    $0.append(duration)
                    return $0.count
                }
                if count > 1 { throw CancellationError() }
            }
            let service = JobPollService(database: database, logger: logger, time: time)
            for _ in 0..<3 { try service.admit(first.id, of: "c") }
            try service.admit(second.id, of: "c")
            try await service.run()
            #expect(sleeps.withLock { $0 } == [.seconds(5), .seconds(5)])
            #expect(try database.job(id: first.id)?.apiCallCount == 3)
            #expect(try database.job(id: second.id)?.apiCallCount == 1)
            #expect(try database.job(id: second.id)?.lastAPICall != nil)
            for _ in 3..<200 { try service.admit(first.id, of: "c") }
            let refused = #expect(throws: RoostError.self) { try service.admit(first.id, of: "c") }
            #expect(refused?.code == .rateLimited && refused?.retryAfter == .seconds(1))
            try database.close()
        }
    }
}
