package import NIOCore

/// Runs tasks on an event loop's thread, so that what arrives on a connection of that loop wakes no other thread. For a short
/// request, a token of an answer or a file of two kilobytes, that is most of the work.
package final class EventLoopTasks: TaskExecutor {
    private let loop: any EventLoop

    /// Creates the executor.
    ///
    /// - Parameter loop: The event loop. Tasks on it must not block, nor compute for more than a millisecond.
    package init(_ loop: any EventLoop) { self.loop = loop }

    /// Runs a part of a task on the loop.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
