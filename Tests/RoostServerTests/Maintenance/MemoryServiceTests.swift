import RoostCore
import Synchronization
import Testing

@testable import RoostServer

@Suite struct MemoryServiceTests {
    @Test func `memory is given back after a burst, and left alone while there is little`() async {
        let readings = Mutex<[Int?]>([50_000_000, 300_000_000, 60_000_000, nil, 90_000_000])
        let givenBack = Mutex<[Int]>([])
        var service = MemoryService()
        service.resident = { readings.withLock { $0.first ?? nil } }
        service.giveBack = { givenBack.withLock { $0.append(readings.withLock { ($0.first ?? nil) ?? 0 }) } }
        // The first sleep is over at once; each further one takes the next reading, and the last one ends the service.
        let sleeps = Mutex(0)
        service.time.sleep = { _ in
            let isFirst = sleeps.withLock { count in
                count += 1
                return count == 1
            }
            if !isFirst { _ = readings.withLock { $0.removeFirst() } }
            if readings.withLock(\.isEmpty) { throw CancellationError() }
        }
        await service.run()
        #expect(givenBack.withLock { $0 } == [300_000_000, 90_000_000])
    }

    #if os(Linux)
        @Test func `the memory of this process is known`() throws {
            #expect(try #require(ProcessMemory.resident) > 1_000_000)
        }
    #endif
}

@Suite struct JobCountsTests {
    @Test func `who asks while jobs are counted gets the last count and does not wait`() async throws {
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let calls = Mutex(0)
        let now = Mutex(Duration.zero)
        var time = TimeSource()
        time.now = { now.withLock { $0 } }
        let counts = JobCounts(time: time) {
            let call = calls.withLock { calls in
                calls += 1
                return calls
            }
            if call > 1 { for await _ in gate {} }
            return ["queued": call]
        }
        #expect(try await counts.current().get() == ["queued": 1])
        for _ in 0..<5 { #expect(try await counts.current().get() == ["queued": 1]) }
        #expect(calls.withLock { $0 } == 1, "a count is valid for a tenth of a second")
        now.withLock { $0 += .milliseconds(100) }
        for _ in 0..<5 { #expect(try await counts.current().get() == ["queued": 1]) }
        #expect(calls.withLock { $0 } == 2)
        opener.finish()
        while try await counts.current().get() == ["queued": 1] { await Task.yield() }
    }
}
