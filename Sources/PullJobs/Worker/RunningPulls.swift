import RoostCore
import Synchronization

/// The running pulls of this process, so that they can be stopped.
final class RunningPulls: Sendable {
    private struct State {
        var tasks: [String: Task<Void, Never>] = [:]
        var isHeld = false
        var isStopping = false
    }

    private let state = Mutex(State())
    private let limiters = Mutex<[String: BandwidthLimiter]>([:])

    /// Runs the work of a job and returns when it has ended. An earlier run of the same job (which was paused and
    /// resumed within a moment) ends first, so two runs never use the same files. While pulls are held, the task is
    /// cancelled at its start, and a job that was just claimed returns to the queue.
    func run(_ jobID: String, _ work: @escaping @Sendable () async -> Void) async {
        let task = state.withLock { state in
            let earlier = state.tasks[jobID]
            let task = Task {
                await earlier?.value
                await work()
            }
            if state.isHeld { task.cancel() }
            state.tasks[jobID] = task
            return task
        }
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        state.withLock { state in
            guard state.tasks[jobID] == task else { return }
            state.tasks[jobID] = nil
            limiters.withLock { $0[jobID] = nil }
        }
    }

    /// Records the limiter of a running job.
    func setLimiter(_ limiter: BandwidthLimiter, of jobID: String) { limiters.withLock { $0[jobID] = limiter } }

    /// Changes the limit of a job, if it is running.
    func limit(_ jobID: String, to bytesPerSecond: Int64?) { limiters.withLock { $0[jobID] }?.bytesPerSecond = bytesPerSecond }

    /// Whether pulls are held.
    var isHeld: Bool { state.withLock { $0.isHeld } }

    /// Whether the server stops.
    var isStopping: Bool { state.withLock { $0.isStopping } }

    /// Records that the server stops.
    func stop() { state.withLock { $0.isStopping = true } }

    /// Stops the work of all jobs and prevents new work, or allows it again.
    func hold(_ isHeld: Bool) {
        state.withLock { state in
            state.isHeld = isHeld
            if isHeld { state.tasks.values.forEach { $0.cancel() } }
        }
    }

    /// Stops the work of a job, if it is running.
    func cancel(_ jobID: String) { state.withLock { $0.tasks[jobID] }?.cancel() }
}
