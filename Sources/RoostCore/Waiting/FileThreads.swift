/// Threads for reading and writing files, which may block for as long as a disk does.
package enum FileThreads {
    private static let threads = FairThreads<Void>("files", Array(repeating: (), count: 4))

    /// Runs some work on one of the threads: see `FairThreads.run`.
    ///
    /// - Parameter work: The work; it may block.
    /// - Returns: The result of `work`.
    /// - Throws: `CancellationError` when the task was cancelled before its turn; the errors of `work`.
    package static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await threads.run { _ in try work() }
    }
}
