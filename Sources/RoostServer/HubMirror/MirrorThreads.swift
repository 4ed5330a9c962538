import NIOPosix

/// The thread for what takes a mirror more than a millisecond: reading, sorting and writing long lists. One, so that the threads that answer requests
/// keep the other processors.
enum MirrorThreads {
    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        return pool
    }()

    /// Does some work on the thread. Pieces are done in the order they come.
    ///
    /// - Parameter work: What to do.
    /// - Returns: What `work` returns.
    /// - Throws: `CancellationError` when the task was cancelled before its turn came; what `work` throws.
    static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value { try await pool.runIfActive(work) }
}
