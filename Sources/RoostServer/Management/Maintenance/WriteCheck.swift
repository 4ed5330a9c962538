import RoostCore

/// Checks whether jobs.db can be written. Frequent checks cost one small write in five seconds, and no caller waits
/// longer than two seconds.
struct WriteCheck: Sendable {
    /// Why the last change could not be written; `nil` if it was.
    private let run: SharedRun<String?>

    /// Creates a check; the first write happens with the first call.
    ///
    /// - Parameters:
    ///   - time: The time of the checks.
    ///   - check: Commits an empty change, or throws why it cannot.
    init(time: TimeSource = TimeSource(), _ check: @escaping @Sendable () async throws -> Void) {
        run = SharedRun(validity: .seconds(5), longestWait: .seconds(2), time: time) {
            do { try await check() } catch { return "\(error)" }
            return nil
        }
    }

    /// Returns why a change cannot be written.
    ///
    /// - Returns: A sentence for the operator; `nil` when a change can be written.
    func failure() async -> String? {
        let (last, isRunning) = await run.current()
        return isRunning ? "A change of jobs.db takes longer than two seconds: the disk is slow, or another program writes to the file." : last ?? nil
    }
}
