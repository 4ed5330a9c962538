package import NIOCore

/// Runs tasks on an event loop's thread. A request of such a task uses a connection of the same loop, so that neither
/// its head nor its body wakes another thread. For a file of two kilobytes, or a token of an answer, that is most of the
/// work.
package final class EventLoopTasks: TaskExecutor {
    private let loop: any EventLoop

    /// Creates the executor.
    ///
    /// - Parameter loop: An event loop of the HTTP client. Tasks on it must not block.
    package init(_ loop: any EventLoop) { self.loop = loop }

    /// Runs a part of a task on the loop.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
