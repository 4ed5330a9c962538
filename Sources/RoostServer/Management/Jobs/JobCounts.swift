import RoostCore

/// The number of jobs by status, for frequent requests that must not wait. One count runs at a time; a request that would wait too
/// long for it gets the previous result, and so do requests within a tenth of a second: many of them cost the database no more
/// than a few.
struct JobCounts: Sendable {
    private let count: @Sendable () async -> Result<[String: Int], any Error>
    private let run: SharedRun<Result<[String: Int], any Error>>

    /// Creates a counter; the first count begins with the first request.
    ///
    /// - Parameters:
    ///   - time: The time of the counts.
    ///   - count: Counts the jobs.
    init(time: TimeSource = TimeSource(), _ count: @escaping @Sendable () async throws -> [String: Int]) {
        self.count = { do { return .success(try await count()) } catch { return .failure(error) } }
        run = SharedRun(validity: .milliseconds(100), longestWait: .milliseconds(50), time: time, self.count)
    }

    /// Returns the counts, or the error. Before the end of the first count there is no previous result, and the call waits.
    func current() async -> Result<[String: Int], any Error> {
        if let last = await run.current().last { return last }
        return await count()
    }
}
