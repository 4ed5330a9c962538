import Dispatch
import Synchronization
import Testing

@testable import RoostCore

@Suite struct FairThreadsTests {
    private final class Order: Sendable {
        let names = Mutex<[String]>([])
    }

    private let threads = FairThreads("test", [1])
    private struct Failure: Error {}

    @Test func `work of another client does not wait for all of one with much, and cancelled work is not done`() async throws {
        let order = Order()
        let gate = DispatchSemaphore(value: 0)
        let (begun, beginning) = AsyncStream<Void>.makeStream()
        let blocker = Task {
            try await threads.run { _ in
                beginning.finish()
                gate.wait()
            }
        }
        for await _ in begun {}
        func work(_ name: String, of client: String) -> Task<Void, any Error> {
            Task {
                try await ServedClient.$name.withValue(client) {
                    try await threads.run { _ in order.names.withLock { $0.append(name) } }
                }
            }
        }
        func waiting(_ client: String) -> Int { threads.waiting.withLock { $0.works[client]?.count ?? 0 } }
        let many = (0..<50).map { work("many \($0)", of: "many") }
        let few = work("few", of: "few")
        let cancelled = work("cancelled", of: "few")
        while waiting("many") < 50 || waiting("few") < 2 { await Task.yield() }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        gate.signal()
        for task in many + [few, blocker] { try await task.value }
        let names = order.names.withLock { $0 }
        #expect(try #require(names.firstIndex(of: "few")) <= 1 && names.count == 51)
    }

    @Test func `errors and results come back`() async throws {
        #expect(try await threads.run { $0 + 6 } == 7)
        await #expect(throws: Failure.self) { try await threads.run { _ in throw Failure() } }
        let late = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await threads.run { $0 + 6 }
        }
        late.cancel()
        await #expect(throws: CancellationError.self) { try await late.value }
    }
}
