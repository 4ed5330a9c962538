import RoostCore

/// The place where a running pull records its progress. The worker's implementation writes the live state to memory,
/// and the rest to jobs.db.
protocol PullRecorder: Sendable {
    /// The time of all state machines.
    var now: Duration { get }

    /// The live state; `nil` when the pull has ended.
    var machine: PullStateMachine? { get }

    /// Changes the live state.
    ///
    /// - Returns: The result of `change`; `nil` when the pull has ended.
    @discardableResult
    func update<Result: Sendable>(_ change: (inout PullStateMachine) -> Result) -> Result?

    /// Writes the live state to jobs.db. A failed write does not stop the pull; the next one follows within a second.
    ///
    /// - Throws: `CancellationError` when the job no longer belongs to this run.
    func save() async throws

    /// Writes the files of the pull to jobs.db.
    func record(_ files: [JobFile]) async

    /// Writes the ranges of bytes that survive a power cut to jobs.db, by path: pairs of first byte and the byte after
    /// the last.
    func recordVerified(_ ranges: [String: [[Int64]]]) async

    /// Adds a sentence to the job's history.
    func note(_ message: String) async
}
