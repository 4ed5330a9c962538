import RoostCore
import Synchronization
import Testing

@testable import PullJobs

@Suite struct RunningPullsTests {
    @Test func `work that begins while pulls are held begins cancelled, and later work does not`() async {
        let pulls = RunningPulls()
        let seen = Mutex<[Bool]>([])
        let look: @Sendable () async -> Void = { seen.withLock { $0.append(Task.isCancelled) } }
        await pulls.run("one", look)
        // What a slot does that has claimed a job at that instant.
        pulls.hold(true)
        await pulls.run("two", look)
        pulls.hold(false)
        await pulls.run("three", look)
        #expect(seen.withLock(\.self) == [false, true, false] && !pulls.isHeld)
    }

    @Test func `holding ends the work that has begun`() async {
        let pulls = RunningPulls()
        let (begun, begin) = AsyncStream<Void>.makeStream()
        async let work: Void = pulls.run("one") {
            begin.yield()
            try? await Task.sleep(for: .seconds(3600))  // Only cancellation throws.
        }
        for await _ in begun { break }
        pulls.hold(true)
        await work
        #expect(pulls.isHeld)
    }
}
