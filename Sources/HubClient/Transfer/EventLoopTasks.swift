import NIOCore

/// Runs tasks on an event loop's thread. A request of such a task takes a connection of the same loop, so that neither its head nor its body has to
/// wake another thread: for a file of two kilobytes that is most of the work.
final class EventLoopTasks: TaskExecutor {
    private let loop: any EventLoop

    /// - Parameter loop: One of those of the HTTP client. Whatever runs here must not block.
    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
