import Foundation
import NIOPosix

/// Threads for what takes the processor for more than a millisecond, such as reading and writing long JSON, so that the few threads that answer
/// requests never stand behind it. One processor is left to these.
enum WorkThreads {
    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: max(1, min(4, ProcessInfo.processInfo.activeProcessorCount - 1)))
        pool.start()
        return pool
    }()

    /// Does some work on one of the threads. Pieces are done in the order they come, so keep each below some ten milliseconds.
    ///
    /// - Parameter work: What to do; it may wait for the disk.
    /// - Returns: What `work` returns.
    /// - Throws: `CancellationError` when the task was cancelled before its turn came; what `work` throws.
    static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value { try await pool.runIfActive(work) }
}
