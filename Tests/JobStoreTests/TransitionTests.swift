import JobStore
import RoostCore
import Testing

@Suite struct TransitionTests {
    /// The event that each transition causes in each state: `same` when nothing changes, `refused` when it is refused.
    static let table: [String: [String: String]] = [
        "queued": [
            "cancel": "canceled", "pause": "paused", "resume": "same", "retry": "refused", "prioritize": "reprioritized", "delete": "refused",
        ],
        "paused": [
            "cancel": "canceled", "pause": "same", "resume": "resumed", "retry": "refused", "prioritize": "reprioritized", "delete": "refused",
        ],
        "waiting": [
            "cancel": "canceled", "pause": "paused", "resume": "stage", "retry": "refused", "prioritize": "reprioritized", "delete": "refused",
        ],
        "running": [
            "cancel": "canceled", "pause": "paused", "resume": "refused", "retry": "refused", "prioritize": "reprioritized", "delete": "refused",
        ],
        "succeeded": ["cancel": "refused", "pause": "refused", "resume": "refused", "retry": "refused", "prioritize": "refused", "delete": "same"],
        "failed": ["cancel": "refused", "pause": "refused", "resume": "refused", "retry": "requeued", "prioritize": "refused", "delete": "same"],
        "canceled": ["cancel": "refused", "pause": "refused", "resume": "refused", "retry": "requeued", "prioritize": "refused", "delete": "same"],
        "odd": ["cancel": "refused", "pause": "refused", "resume": "refused", "retry": "refused", "prioritize": "refused", "delete": "same"],
    ]

    private func perform(_ transition: String, on job: inout Job) throws {
        switch transition {
        case "cancel": try job.cancel(at: JobStates.now)
        case "pause": try job.pause()
        case "resume": try job.resume()
        case "retry": try job.retry()
        case "prioritize": try job.prioritize(7)
        default: try job.checkDeletable()
        }
    }

    @Test(arguments: JobStates.names, ["cancel", "pause", "resume", "retry", "prioritize", "delete"])
    func `each transition is allowed exactly where the table says so, and causes that event`(state: String, transition: String) throws {
        let expected = try #require(Self.table[state]?[transition])
        let before = JobStates.job(state)
        var after = before
        if expected == "refused" {
            let error = #expect(throws: RoostError.self) { try perform(transition, on: &after) }
            #expect(error?.code == .conflict && error?.message.contains(before.status.rawValue) == true)
            #expect(after == before)
        } else {
            try perform(transition, on: &after)
            #expect(JobEvent.Kind(from: before, to: after)?.rawValue ?? "same" == expected)
        }
    }

    @Test func `a canceled job keeps its bytes and loses its owner and its next try`() throws {
        var job = JobStates.job("running")
        job.downloadedBytes = 5
        let claim = try #require(job.claim)
        try job.cancel(at: JobStates.now)
        #expect(job.status == .failed && job.stage == .canceled && job.finishedAt == JobStates.now && job.error == "The pull was canceled.")
        #expect(job.runAfter == nil && job.owner == nil && job.downloadedBytes == 5 && !job.isHeld(by: claim))
    }

    @Test func `a retried job has all its tries again, and none of its old errors`() throws {
        var job = JobStates.job("failed")
        job.maxRetries = nil
        try job.retry()
        #expect(job.status == .queued && job.retryCount == 0 && job.maxRetries == Job.defaultMaxRetries)
        #expect(job.error == nil && job.traceback == nil && job.startedAt == nil && job.finishedAt == nil && job.runAfter == nil)
    }

    @Test func `each start is a new claim, and only the newest one holds the job`() throws {
        var job = JobStates.job("waiting")
        job.start(for: "one", at: JobStates.now)
        let first = try #require(job.claim)
        #expect(job.status == .running && job.stage == nil && job.startedAt == JobStates.now && job.runAfter == nil && first.attempt == 3)
        #expect(job.isHeld(by: first))
        job.requeue()
        #expect(job.status == .queued && job.startedAt == nil && job.claim == nil && !job.isHeld(by: first))
        job.start(for: "one", at: JobStates.now)
        #expect(!job.isHeld(by: first) && job.claim?.attempt == 4)
    }

    @Test func `the number of claims starts again before it overflows`() {
        var job = JobStates.job("queued")
        job.attempt = Int(Int32.max)
        job.start(for: "one", at: JobStates.now)
        #expect(job.attempt == 1)
    }

    @Test func `a worker cannot change the id, and a job that it ends has no owner`() {
        var job = JobStates.job("running")
        job.apply {
            $0.id = "another"
            $0.progress = 0.5
        }
        #expect(job.id == "one" && job.progress == 0.5 && job.owner == "worker")
        job.apply { $0.status = .succeeded }
        #expect(job.owner == nil)
    }

    @Test func `a job whose process ended too often fails with advice`() {
        var job = JobStates.job("running")
        job.fail(afterInterruptions: 20, at: JobStates.now)
        #expect(job.status == .failed && job.stage == nil && job.owner == nil && job.finishedAt == JobStates.now)
        #expect(job.error?.contains("20 times") == true && job.error?.contains("roost jobs retry one") == true)
    }

    @Test(arguments: [0, 65_535, 1_000_000_000_001]) func `a rate outside the range is refused`(rate: Int64) {
        var job = JobStates.job("running")
        let error = #expect(throws: RoostError.self) { try job.limit(bytesPerSecond: rate) }
        #expect(error?.code == .invalidRequest && error?.field == "max_bytes_per_second" && job.maxBytesPerSecond == nil)
    }

    @Test(arguments: [65_536, 1_000_000_000_000, nil]) func `the bounds of the range, and no limit, are allowed`(rate: Int64?) throws {
        var job = JobStates.job("running")
        job.maxBytesPerSecond = 70_000
        try job.limit(bytesPerSecond: rate)
        #expect(job.maxBytesPerSecond == rate)
    }
}
