import RoostCore
import Synchronization

/// The live state of the running pulls in memory: written for every megabyte, read by `GET /jobs` and once a second for
/// jobs.db.
final class PullProgressBoard: Sendable {
    private let machines = Mutex<[String: PullStateMachine]>([:])
    private let rate: Mutex<Double?>
    private let time: TimeSource

    /// Creates a board without pulls.
    init(lastRate: Double? = nil, time: TimeSource) {
        rate = Mutex(lastRate)
        self.time = time
    }

    /// The time of all state machines of the board.
    var now: Duration { time.now() }

    func begin(_ job: Job) {
        let machine = PullStateMachine(retryCount: job.retryCount, maxRetries: job.maxRetries ?? Job.defaultMaxRetries)
        machines.withLock { $0[job.id] = machine }
    }

    func end(_ jobID: String) { machines.withLock { $0[jobID] = nil } }

    /// The rate in bytes per second at the last time that data was received.
    var lastRate: Double? { rate.withLock { $0 } }

    func machine(_ jobID: String) -> PullStateMachine? { machines.withLock { $0[jobID] } }

    @discardableResult
    func update<Result: Sendable>(_ jobID: String, _ change: (inout PullStateMachine) -> Result) -> Result? {
        machines.withLock { machines in
            guard var machine = machines[jobID] else { return nil }
            let result = change(&machine)
            machines[jobID] = machine
            if let measured = machine.bytesPerSecond(at: now), measured > 0 { rate.withLock { $0 = measured } }
            return result
        }
    }
}
