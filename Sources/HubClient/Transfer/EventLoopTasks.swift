import NIOCore

/// Runs tasks on an event loop's thread. A request of such a task uses a connection of the same loop, so that neither
/// its head nor its body wakes another thread. For a file of two kilobytes that is most of the work.
final class EventLoopTasks: TaskExecutor {
    private let loop: any EventLoop

    /// - Parameter loop: An event loop of the HTTP client. Tasks on it must not block.
    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
