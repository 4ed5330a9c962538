import RoostCore
import Synchronization

/// The pulls that this process is working on, so that one of them can be stopped from outside.
final class RunningPulls: Sendable {
    private let tasks = Mutex<[String: Task<Void, Never>]>([:])
    private let limiters = Mutex<[String: BandwidthLimiter]>([:])

    /// Runs the work for a job and returns when it has ended. What still runs for the same job (it was paused and resumed within a moment) ends first:
    /// two runs never share the same files.
    func run(_ jobID: String, _ work: @escaping @Sendable () async -> Void) async {
        let task = tasks.withLock { tasks in
            let earlier = tasks[jobID]
            let task = Task {
                await earlier?.value
                await work()
            }
            tasks[jobID] = task
            return task
        }
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        tasks.withLock { tasks in
            guard tasks[jobID] == task else { return }
            tasks[jobID] = nil
            limiters.withLock { $0[jobID] = nil }
        }
    }

    /// Notes what holds a job back.
    func setLimiter(_ limiter: BandwidthLimiter, of jobID: String) { limiters.withLock { $0[jobID] = limiter } }

    /// Changes what holds a job back, if it is running.
    func limit(_ jobID: String, to bytesPerSecond: Int64?) { limiters.withLock { $0[jobID] }?.bytesPerSecond = bytesPerSecond }

    /// Stops the work for all jobs.
    func cancelAll() { tasks.withLock { $0.values.forEach { $0.cancel() } } }

    /// Stops the work for a job, if there is any.
    func cancel(_ jobID: String) { tasks.withLock { $0[jobID] }?.cancel() }
}
