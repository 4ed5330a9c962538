import Dispatch

/// Threads for converting, which takes a processor for as long as it lasts: the threads that all tasks share have to stay free for those who answer requests.
package final class ConversionThreads: TaskExecutor {
    static let shared = ConversionThreads()

    private let queue = DispatchQueue(label: "roost.conversion", qos: .utility, attributes: .concurrent)

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

extension ConversionThreads {
    /// Does work that takes a processor for a while.
    ///
    /// - Parameter work: What to do.
    /// - Returns: Its result.
    /// - Throws: What it throws; `CancellationError`.
    package static func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask(executorPreference: shared) { try work() }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }
}
