/// Reads of things that many callers need at once. Each caller gets a read that began after its call, and those that wait share one: so
/// however many there are, none waits for more than two.
package actor SharedReads<Thing: Hashable & Sendable, Value: Sendable> {
    /// A read that goes on or comes next, in the turn of its first caller. Its callers may leave; it goes on without them.
    private final class Read: Sendable {
        let result = WatchedState<Result<Value, any Error>?>(nil)
        let work: @Sendable () async throws -> Value
        let client = ServedClient.name

        init(_ work: @escaping @Sendable () async throws -> Value) { self.work = work }
    }

    private var running: Set<Thing> = []
    private var next: [Thing: Read] = [:]

    package init() {}

    /// Reads a thing.
    ///
    /// - Parameters:
    ///   - thing: The thing.
    ///   - read: Reads it. It is called once for all callers that wait.
    /// - Returns: The result of `read`.
    /// - Throws: The errors of `read`; `CancellationError` when the caller is cancelled.
    package func value(of thing: Thing, _ read: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try Task.checkCancellation()
        let shared = next[thing] ?? Read(read)
        if running.contains(thing) {
            next[thing] = shared
        } else {
            begin(shared, thing)
        }
        return try await shared.result.wait { $0 }.get()
    }

    /// The number of callers that wait for the next read of a thing.
    package func callers(of thing: Thing) -> Int { next[thing]?.result.waiters ?? 0 }

    private func begin(_ shared: Read, _ thing: Thing) {
        running.insert(thing)
        // Not a child task: others need it when its caller leaves.
        Task {
            let result: Result<Value, any Error>
            do {
                result = .success(try await ServedClient.$name.withValue(shared.client) { try await shared.work() })
            } catch {
                result = .failure(error)
            }
            shared.result.change { $0 = result }
            running.remove(thing)
            if let following = next.removeValue(forKey: thing) { begin(following, thing) }
        }
    }
}
