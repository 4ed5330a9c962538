import Foundation
import NIOPosix
import Synchronization

/// Threads for work of more than a millisecond, such as reading and writing long JSON, so that the few threads that
/// answer requests never wait for it. One processor is left to those.
package enum WorkThreads {
    /// The client whose request is being answered; empty for work of the server itself. Clients take turns.
    @TaskLocal package static var client = ""

    static let count = max(1, min(4, ProcessInfo.processInfo.activeProcessorCount - 1))

    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: count)
        pool.start()
        return pool
    }()

    /// Work that waits, and what ends it: with its result, or as cancelled.
    typealias Job = @Sendable (_ isCancelled: Bool) -> Void

    static let waiting = Mutex(FairQueue<Job>())

    /// Runs some work on one of the threads. Work of a client begins in the order of the calls, so it should be split into parts of
    /// about ten milliseconds.
    ///
    /// - Parameter work: The work; it may block.
    /// - Returns: The result of `work`.
    /// - Throws: `CancellationError` when the task was cancelled before its turn; the errors of `work`.
    package static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        let (client, id) = (client, waiting.withLock { $0.newID() })
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let job: Job = { continuation.resume(with: $0 ? .failure(CancellationError()) : Result { try work() }) }
                waiting.withLock { $0.add(id, job, of: client) }
                // The handler has found nothing if it ran before.
                if Task.isCancelled { cancel(id, of: client) }
                pool.submit { _ in waiting.withLock { $0.next() }?(false) }
            }
        } onCancel: {
            cancel(id, of: client)
        }
    }

    private static func cancel(_ id: Int, of client: String) { waiting.withLock { $0.remove(id, of: client) }?(true) }
}
