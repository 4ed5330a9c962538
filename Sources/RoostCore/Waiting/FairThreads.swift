package import Dispatch
package import Synchronization

/// Threads for work that takes longer than a millisecond or blocks, so that the few threads that answer requests never wait for it.
/// Clients take turns. Each thread has something of its own that its work needs, such as a connection to a database.
package final class FairThreads<Resource: Sendable>: Sendable {
    /// Work that waits. It is called once: with what its thread has, or with `nil` because it was cancelled.
    package typealias Job = @Sendable (Resource?) -> Void

    /// The work that waits for a thread.
    package let waiting = Mutex(FairQueue<Job>())
    private let threads: [(queue: DispatchQueue, resource: Resource)]

    /// Starts threads.
    ///
    /// - Parameters:
    ///   - label: Their name, for debuggers.
    ///   - resources: What each of them has of its own.
    package init(_ label: String, _ resources: [Resource]) {
        threads = resources.map { (DispatchQueue(label: label), $0) }
    }

    /// Runs some work on one of the threads. Work of a client begins in the order of the calls, so it should be split into parts of
    /// about ten milliseconds.
    ///
    /// - Parameter work: The work; it may block.
    /// - Returns: The result of `work`.
    /// - Throws: `CancellationError` when the task was cancelled before its turn; the errors of `work`.
    package func run<Value: Sendable>(_ work: @escaping @Sendable (Resource) throws -> Value) async throws -> Value {
        let (client, id) = (ServedClient.name, waiting.withLock { $0.newID() })
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let job: Job = { resource in
                    continuation.resume(with: resource.map { resource in Result { try work(resource) } } ?? .failure(CancellationError()))
                }
                waiting.withLock { $0.add(id, job, of: client) }
                // The handler has found nothing if it ran before.
                if Task.isCancelled { cancel(id, of: client) }
                for thread in threads { thread.queue.async { self.doWaiting(with: thread.resource) } }
            }
        } onCancel: {
            cancel(id, of: client)
        }
    }

    private func doWaiting(with resource: Resource) {
        while let job = waiting.withLock({ $0.next() }) { job(resource) }
    }

    private func cancel(_ id: Int, of client: String) { waiting.withLock { $0.remove(id, of: client) }?(nil) }
}
