import JobStore
import RoostCore
import Testing

@Suite struct JobRuleTests {
    private let before = JobStates.job("running")

    private func check(_ change: (inout Job) -> Void) throws -> Job {
        var after = before
        change(&after)
        return try after.checked(changing: before)
    }

    @Test func `a status, a progress, a number of bytes and a priority outside the rules are refused`() {
        #expect(throws: RoostError.self) { try check { $0.status = JobStatus(rawValue: "banana") } }
        for progress in [-0.1, 1.1, .infinity, .nan] { #expect(throws: RoostError.self) { try check { $0.progress = progress } } }
        #expect(throws: RoostError.self) { try check { ($0.downloadedBytes, $0.totalBytes) = (11, 10) } }
        let error = #expect(throws: RoostError.self) { try check { $0.priority = 101 } }
        #expect(error?.code == .invalidRequest && error?.field == "priority")
    }

    @Test func `values that another program wrote stay`() throws {
        var odd = before
        (odd.status, odd.progress, odd.priority, odd.downloadedBytes, odd.totalBytes) = (JobStatus(rawValue: "banana"), 7.5, 1000, 11, 10)
        var after = odd
        after.stage = .verifying
        #expect(try after.checked(changing: odd) == after)
    }

    @Test func `an error is cut to its length, at a whole character`() throws {
        let long = "x" + String(repeating: "é", count: 50_000)
        #expect(try check { $0.error = long }.error == "x" + String(repeating: "é", count: 2047) + "…")
        #expect(try check { $0.traceback = "before\u{0}after" }.traceback == "before\u{FFFD}after")
    }

    @Test func `a new job has what the pull asks for, and its patterns in order`() throws {
        var pull = NewPull(model: try ModelReference(parsing: "org/name"))
        (pull.allowPatterns, pull.priority, pull.tags) = (["b", "a", "b"], 100, [])
        let job = try Job(pull, id: "one", createdAt: JobStates.now)
        #expect(job.status == .queued && job.allowPatterns == ["a", "b"] && job.priority == 100 && job.tags == nil && job.claim == nil)
        pull.priority = 101
        #expect(throws: RoostError.self) { try Job(pull, id: "one", createdAt: JobStates.now) }
    }
}
