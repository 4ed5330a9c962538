import RoostCore
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct SharedReadsTests {
    /// A thing that is read, slowly while its gate is closed.
    private final class Source: Sendable {
        let state = WatchedState((value: 0, reads: 0, isOpen: false))

        func read() async throws -> Int {
            let value = Mutex(0)
            state.change { state in
                state.reads += 1
                value.withLock { $0 = state.value }
            }
            try await state.wait { $0.isOpen ? true : nil }
            return value.withLock(\.self)
        }
    }

    private struct Failure: Error {}

    @Test func `callers that come during a read share the next one, and see what was changed before they came`() async throws {
        let (source, reads) = (Source(), SharedReads<String, Int>())
        let first = Task { try await reads.value(of: "a") { try await source.read() } }
        while source.state.current.reads < 1 { await Task.yield() }
        source.state.change { $0.value = 7 }
        let others = (0..<20).map { _ in Task { try await reads.value(of: "a") { try await source.read() } } }
        // Another thing does not wait.
        #expect(try await reads.value(of: "b") { 5 } == 5)
        while await reads.callers(of: "a") < 20 { await Task.yield() }
        let leaver = others[0]
        leaver.cancel()
        await #expect(throws: CancellationError.self) { try await leaver.value }
        source.state.change { $0.isOpen = true }
        #expect(try await first.value == 0)
        for other in others.dropFirst() { #expect(try await other.value == 7) }
        #expect(source.state.current.reads == 2)
        #expect(try await reads.value(of: "a") { try await source.read() } == 7)
        #expect(source.state.current.reads == 3)
        await #expect(throws: Failure.self) { try await reads.value(of: "a") { throw Failure() } }
        #expect(try await reads.value(of: "a") { 1 } == 1)
    }
}
