import NIOPosix

/// Threads for calls that wait for a disk or hash megabytes, so that those who answer requests never stand behind them.
struct DiskThreads: Sendable {
    private let pool: NIOThreadPool

    /// Starts the threads.
    ///
    /// - Parameter count: How many: one may wait for a flush while others write and hash.
    init(_ count: Int = 4) {
        pool = NIOThreadPool(numberOfThreads: count)
        pool.start()
    }

    /// Runs `work` on one of the threads.
    ///
    /// - Throws: `CancellationError` when the task was cancelled before its turn came; what `work` throws.
    func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await pool.runIfActive(work)
    }

    /// Runs `work` even if the task has been cancelled: what was received is worth keeping.
    func runToTheEnd<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await Task { try await pool.runIfActive(work) }.value
    }

    /// Ends the threads.
    func shutdown() async throws { try await pool.shutdownGracefully() }
}
