import Dispatch

/// Threads for converting, which takes a processor for as long as it lasts: the threads that all tasks share have to stay free for those who answer requests.
final class ConversionThreads: TaskExecutor {
    static let shared = ConversionThreads()

    private let queue = DispatchQueue(label: "roost.conversion", qos: .utility, attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
