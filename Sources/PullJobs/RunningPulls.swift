import Synchronization

/// The pulls that this process is working on, so that one of them can be stopped from outside.
final class RunningPulls: Sendable {
    private let tasks = Mutex<[String: Task<Void, Never>]>([:])

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
        tasks.withLock { if $0[jobID] == task { $0[jobID] = nil } }
    }

    /// Stops the work for a job, if there is any.
    func cancel(_ jobID: String) { tasks.withLock { $0[jobID] }?.cancel() }
}
