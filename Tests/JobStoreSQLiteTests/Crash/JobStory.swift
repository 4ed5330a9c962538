import JobStore
import RoostCore

/// What a job's history must have been, by its own rules and by what was acknowledged.
///
/// The history is the sharpest witness: it only grows, so every acknowledged step is one of its events for ever, and none may be there twice.
struct JobStory {
    /// The word that stands in the events of jobs whose process died.
    private static let orphanMessage = "The server that ran it ended."

    let id: String
    /// The row; `nil` when there is none.
    let job: Job?
    /// The job's events, oldest first.
    let events: [JobEvent]
    /// What was said about the job, in order.
    let said: [Announcement]

    /// The number of steps of the history that were not acknowledged.
    private(set) var surplus = 0
    /// What is wrong, a sentence each.
    private(set) var violations: [String] = []

    /// Compares. `wasPruned`: whether finished jobs were deleted in bulk in the meantime. `losesProgress`: whether progress may be older than
    /// acknowledged, as after a power cut.
    init(id: String, job: Job?, events: [JobEvent], said: [Announcement], wasPruned: Bool, losesProgress: Bool) {
        self.id = id
        self.job = job
        self.events = events
        self.said = said
        if let job {
            if has("deleted") { complain("is back after it was deleted") }
            checkRow(job)
            checkOrder(startingUnknown: !events.contains { $0.kind == .created })
            checkLast(job)
            checkAcknowledged()
            checkProgress(job, mayBeOlder: losesProgress)
        } else {
            if !events.isEmpty { complain("has no row, but \(events.count) events") }
            let mayBeGone = has("deleting") || (wasPruned && (has("finishing") || has("canceling")))
            if !mayBeGone { complain("is lost") }
        }
    }

    private func has(_ verb: String) -> Bool { said.contains { $0.verb == verb } }

    private mutating func complain(_ what: String) { violations.append("Job \(id) \(what).") }

    private mutating func checkRow(_ job: Job) {
        if job.status == .running, job.owner == nil { complain("is running without an owner") }
        if job.status != .running, job.owner != nil { complain("is \(job.status.rawValue) and owned") }
        if job.status.isFinished != (job.finishedAt != nil) {
            complain("is \(job.status.rawValue) with finished_at \(job.finishedAt?.rawValue ?? "NULL")")
        }
        if let progress = job.progress, !(0...1).contains(progress) { complain("has the progress \(progress)") }
    }

    /// Each event must be possible after the one before.
    private mutating func checkOrder(startingUnknown: Bool) {
        var before: JobEvent?
        for event in events {
            if before == nil, !startingUnknown, event.kind != .created { complain("begins with \(event.kind.rawValue)") }
            if let before, !Self.mayFollow(before, event) {
                complain("was \(Self.state(before)) and got the event \(event.kind.rawValue) to \(Self.state(event)) (number \(event.id))")
            }
            before = event
        }
        if events.count(where: { $0.kind == .succeeded }) > 1 { complain("succeeded twice") }
    }

    private static func state(_ event: JobEvent) -> String { event.status.rawValue + (event.stage.map { "/\($0.rawValue)" } ?? "") }

    private static func mayFollow(_ before: JobEvent, _ event: JobEvent) -> Bool {
        let from = before.status
        let isPaused = before.stage == .paused
        return switch event.kind {
        case .created: false
        case .started: from == .queued && !isPaused && event.status == .running
        case .stage: from == event.status && !from.isFinished
        case .note, .reprioritized: from == event.status && before.stage == event.stage
        case .retryScheduled: from == .running && event.status == .queued && event.stage == .waitingForNetwork
        case .requeued: (from == .running || from == .failed) && event.status == .queued && event.stage == nil
        case .paused: !from.isFinished && !isPaused && event.status == .queued && event.stage == .paused
        case .resumed: from == .queued && isPaused && event.status == .queued && event.stage == nil
        case .succeeded: from == .running && event.status == .succeeded
        case .failed: from == .running && event.status == .failed
        case .canceled: !from.isFinished && event.status == .failed && event.stage == .canceled
        default: false
        }
    }

    private mutating func checkLast(_ job: Job) {
        guard let last = events.last else { return }
        if (last.status, last.stage) != (job.status, job.stage) {
            complain("is \(job.status.rawValue)/\(job.stage?.rawValue ?? "") in its row and \(Self.state(last)) in its history")
        }
        let starts = events.count { $0.kind == .started }
        if job.attempt != starts { complain("has attempt \(job.attempt) and was started \(starts) times") }
    }

    /// Every acknowledged step is an event; steps of a claim lie between its start and the next.
    private mutating func checkAcknowledged() {
        for claimed in said where claimed.verb == "claimed" && events.count(where: { $0.kind == .started }) < claimed.number(2) {
            complain("lost its claim \(claimed.number(2))")
        }
        for step in said {
            let kind: JobEvent.Kind
            switch step.verb {
            case "finished": kind = .init(rawValue: step.objects.last ?? "")
            case "postponed": kind = .retryScheduled
            case "returned": kind = .requeued
            default: continue
            }
            if !hasEvent(kind, ofAttempt: step.number(1)) { complain("lost that it was \(step.verb) \(kind.rawValue) in attempt \(step.number(1))") }
        }
        compare("created", with: events.count { $0.kind == .created })
        compare("paused", with: events.count { $0.kind == .paused })
        compare("resumed", with: events.count { $0.kind == .resumed })
        compare("canceled", with: events.count { $0.kind == .canceled })
        compare("retried", with: requeues(after: [.failed]))
        compare("claimed", with: events.count { $0.kind == .started })
        compare("finished", with: events.count { $0.kind == .succeeded || $0.kind == .failed })
        compare("postponed", with: events.count { $0.kind == .retryScheduled })
        compare("returned", with: requeues(after: [.running]))
    }

    private mutating func compare(_ verb: String, with found: Int) {
        let acknowledged = said.count { $0.verb == verb }
        if found < acknowledged { complain("was \(verb) \(acknowledged) times and remembers \(found)") }
        surplus += max(0, found - acknowledged)
    }

    private func requeues(after statuses: Set<JobStatus>) -> Int {
        zip(events, events.dropFirst()).count { before, event in
            event.kind == .requeued && event.message != Self.orphanMessage && statuses.contains(before.status)
        }
    }

    private func hasEvent(_ kind: JobEvent.Kind, ofAttempt attempt: Int) -> Bool {
        let starts = events.indices.filter { events[$0].kind == .started }
        guard starts.indices.contains(attempt - 1) else { return false }
        let end = starts.indices.contains(attempt) ? starts[attempt] : events.endIndex
        return events[starts[attempt - 1]..<end].contains { $0.kind == kind }
    }

    /// Progress is a value that was announced; unless it may be older, it is the newest acknowledged one or a newer one.
    private mutating func checkProgress(_ job: Job, mayBeOlder: Bool) {
        // Nothing was recorded about the rows of a v1.0 server.
        guard let bytes = job.downloadedBytes, !said.isEmpty else { return }
        if bytes != 0, !said.contains(where: { $0.verb == "progressing" && $0.number(1) == Int(bytes) }) {
            complain("has \(bytes) bytes, which were not reported")
        }
        let acknowledged = said.filter { $0.verb == "progressed" }.map { $0.number(1) }.max() ?? 0
        if !mayBeOlder, bytes < acknowledged { complain("has \(bytes) bytes after \(acknowledged) were acknowledged") }
    }
}
