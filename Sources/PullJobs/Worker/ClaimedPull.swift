import Foundation
import JobStore
import Logging
import RoostCore

/// The record of one run of a claimed job: the live state on the board, the rest in jobs.db. Every write is refused
/// once the job has another owner.
struct ClaimedPull: PullRecorder {
    let claim: JobClaim
    let database: any JobStore
    let board: PullProgressBoard
    let time: TimeSource
    let logger: Logger

    var now: Duration { board.now }

    var machine: PullStateMachine? { board.machine(claim.jobID) }

    @discardableResult
    func update<Result: Sendable>(_ change: (inout PullStateMachine) -> Result) -> Result? { board.update(claim.jobID, change) }

    func save() async throws {
        guard let machine else { return }
        let now = now
        let isOurs = await attempt("progress") { try await database.updateJob(claim, isProgress: true) { $0.apply(machine, at: now) } }
        if isOurs == false { throw CancellationError() }
    }

    func record(_ files: [JobFile]) async { await attempt("list of files") { try await database.setFiles(files, of: claim) } }

    func recordVerified(_ ranges: [String: [[Int64]]]) async {
        await attempt("list of verified bytes") { try await database.setVerified(ranges, in: claim) }
    }

    func note(_ message: String) async { await attempt("note") { try await database.addNote(message, to: claim) } }

    /// Writes the end of the run and repeats that until it succeeds: a row that stays `running` would block its model
    /// until the next start.
    ///
    /// - Parameters:
    ///   - outcome: The end of the run.
    ///   - running: The running pulls, which tell why it was interrupted.
    func finish(_ outcome: PullOutcome, in running: RunningPulls) async {
        let machine = machine ?? PullStateMachine()
        let date = time.date()
        var nextTry: Timestamp?
        if case .postponed(_, let pause) = outcome { nextTry = Timestamp(date.addingTimeInterval(pause / .seconds(1))) }
        while true {
            do {
                try await database.updateJob(claim, message: outcome.message(machine, isStopping: running.isStopping, isHeld: running.isHeld)) {
                    [nextTry] in
                    $0.finish(outcome, machine: machine, at: Timestamp(date), nextTry: nextTry)
                }
                return
            } catch {
                logger.error("a pull's end cannot be written; trying again", metadata: ["job": "\(claim.jobID)", "error": "\(error)"])
                // When the server stops, its next start requeues the job.
                guard !running.isStopping else { return }
                // The run may be cancelled, because downloads have closed; this task is not.
                await Task { [time] in try? await time.sleep(.seconds(2)) }.value
            }
        }
    }

    /// Writes to jobs.db. A failure is logged and does not stop the pull.
    ///
    /// - Returns: The result of `write`; `nil` after a failure.
    @discardableResult
    private func attempt<Value: Sendable>(_ what: String, _ write: () async throws -> Value) async -> Value? {
        do {
            return try await write()
        } catch {
            logger.warning("a pull's \(what) cannot be written", metadata: ["job": "\(claim.jobID)", "error": "\(error)"])
            return nil
        }
    }
}
