import Dispatch
import Foundation
import Synchronization
import Testing

@testable import HTTPServing

@Suite struct WorkThreadsTests {
    private final class Order: Sendable {
        let names = Mutex<[String]>([])
    }

    private struct Failure: Error {}

    @Test func `work of another client does not wait for all of one with much, and cancelled work is not done`() async throws {
        let order = Order()
        let gate = DispatchSemaphore(value: 0)
        let begun = Order()
        let blockers = (0..<WorkThreads.count).map { _ in
            Task {
                try await WorkThreads.run {
                    begun.names.withLock { $0.append("blocked") }
                    gate.wait()
                }
            }
        }
        while begun.names.withLock({ $0.count }) < WorkThreads.count { await Task.yield() }
        func work(_ name: String, of client: String) -> Task<Void, any Error> {
            Task {
                try await WorkThreads.$client.withValue(client) {
                    try await WorkThreads.run {
                        order.names.withLock { $0.append(name) }
                        usleep(1000)
                    }
                }
            }
        }
        func waiting(_ client: String) -> Int { WorkThreads.waiting.withLock { $0.works[client]?.count ?? 0 } }
        let many = (0..<50).map { work("many \($0)", of: "many") }
        let few = work("few", of: "few")
        let cancelled = work("cancelled", of: "few")
        while waiting("many") < 50 || waiting("few") < 2 { await Task.yield() }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        for _ in 0..<WorkThreads.count { gate.signal() }
        for task in many + [few] + blockers { try await task.value }
        let place = try #require(order.names.withLock { $0 }.firstIndex(of: "few"))
        // One thread does it second; others may be ahead of a slow one.
        #expect(place < 25 && order.names.withLock { $0.count } == 51)
    }

    @Test func `errors and results come back`() async throws {
        #expect(try await WorkThreads.run { 7 } == 7)
        await #expect(throws: Failure.self) { try await WorkThreads.run { throw Failure() } }
        let late = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await WorkThreads.run { 7 }
        }
        late.cancel()
        await #expect(throws: CancellationError.self) { try await late.value }
    }
}
