import Foundation

/// Threads for work of more than a millisecond, such as reading and writing long JSON. One processor is left to those that answer
/// requests.
package enum WorkThreads {
    private static let threads = FairThreads<Void>(
        "work", Array(repeating: (), count: max(1, min(4, ProcessInfo.processInfo.activeProcessorCount - 1))))

    /// Runs some work on one of the threads: see `FairThreads.run`.
    ///
    /// - Parameter work: The work; it may block.
    /// - Returns: The result of `work`.
    /// - Throws: `CancellationError` when the task was cancelled before its turn; the errors of `work`.
    package static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await threads.run { _ in try work() }
    }
}
