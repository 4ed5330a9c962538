import NIOPosix

/// Threads for calls that wait for a disk or hash megabytes, so that such calls do not block the threads that process
/// requests.
package struct DiskThreads: Sendable {
    private let pool: NIOThreadPool

    /// Starts the threads.
    ///
    /// - Parameter count: The number of threads: one may wait for a flush while others write and hash.
    package init(_ count: Int = 4) {
        pool = NIOThreadPool(numberOfThreads: count)
        pool.start()
    }

    /// Runs `work` on one of the threads.
    ///
    /// - Throws: `CancellationError` if the task was cancelled before the work started; the errors of `work`.
    package func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await pool.runIfActive(work)
    }

    /// Runs `work` even if the task has been cancelled, to keep the received bytes.
    package func runToTheEnd<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await Task { try await pool.runIfActive(work) }.value
    }

    /// Ends the threads.
    package func shutdown() async throws { try await pool.shutdownGracefully() }
}
