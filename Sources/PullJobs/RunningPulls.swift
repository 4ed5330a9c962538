import RoostCore
import Synchronization

/// The pulls that this process is working on, so that one of them can be stopped from outside.
final class RunningPulls: Sendable {
    private struct State {
        var tasks: [String: Task<Void, Never>] = [:]
        var isHeld = false
    }

    private let state = Mutex(State())
    private let limiters = Mutex<[String: BandwidthLimiter]>([:])

    /// Runs the work for a job and returns when it has ended. What still runs for the same job (it was paused and resumed within a moment) ends first:
    /// two runs never share the same files. While pulls are held, the work begins cancelled: a job that was claimed at that instant is put back.
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

    /// Notes what holds a job back.
    func setLimiter(_ limiter: BandwidthLimiter, of jobID: String) { limiters.withLock { $0[jobID] = limiter } }

    /// Changes what holds a job back, if it is running.
    func limit(_ jobID: String, to bytesPerSecond: Int64?) { limiters.withLock { $0[jobID] }?.bytesPerSecond = bytesPerSecond }

    /// Whether pulls are held.
    var isHeld: Bool { state.withLock { $0.isHeld } }

    /// Stops the work for all jobs, and lets none begin, or lets them begin again.
    func hold(_ isHeld: Bool) {
        state.withLock { state in
            state.isHeld = isHeld
            if isHeld { state.tasks.values.forEach { $0.cancel() } }
        }
    }

    /// Stops the work for a job, if there is any.
    func cancel(_ jobID: String) { state.withLock { $0.tasks[jobID] }?.cancel() }
}
