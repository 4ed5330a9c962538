import Foundation
import NIOPosix

/// Threads for work of more than a millisecond, such as reading and writing long JSON, so that the few threads that
/// answer requests never wait for it. One processor is left to those.
package enum WorkThreads {
    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: max(1, min(4, ProcessInfo.processInfo.activeProcessorCount - 1)))
        pool.start()
        return pool
    }()

    /// Runs some work on one of the threads. Work begins in the order of the calls, so it should be split into parts of
    /// about ten milliseconds.
    ///
    /// - Parameter work: The work; it may block.
    /// - Returns: The result of `work`.
    /// - Throws: `CancellationError` when the task was cancelled before its turn; the errors of `work`.
    package static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await pool.runIfActive(work)
    }
}
