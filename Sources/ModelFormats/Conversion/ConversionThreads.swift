import Dispatch

/// Threads for conversions, which use a processor for their whole duration. The threads that all tasks share must
/// remain available for requests.
package final class ConversionThreads: TaskExecutor {
    static let shared = ConversionThreads()

    private let queue = DispatchQueue(label: "roost.conversion", qos: .utility, attributes: .concurrent)

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

extension ConversionThreads {
    /// Runs work that uses a processor for some time.
    ///
    /// - Parameter work: The work to do.
    /// - Returns: The result of the work.
    /// - Throws: The errors of the work; `CancellationError`.
    package static func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask(executorPreference: shared) { try work() }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }
}
