import NIOPosix

/// The thread for the mirror's work of more than a millisecond: reading, sorting and writing long lists. There is only
/// one, so that the other processors stay free for the threads that answer requests.
enum MirrorThreads {
    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        return pool
    }()

    /// Runs some work on the thread. Work is done in the order of the calls.
    ///
    /// - Parameter work: The work.
    /// - Returns: The result of `work`.
    /// - Throws: `CancellationError` when the task was cancelled before its turn; the errors of `work`.
    static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value { try await pool.runIfActive(work) }
}
