import Foundation
import RoostCore

/// The activity of a job, or its reason for waiting and the end of the wait, in words.
struct JobState {
    /// Whether the job waits: then the passing of time alone is no reason to print another line.
    let isWaiting: Bool
    private let what: String
    /// The time of the next try.
    private let next: Date?
    private let reason: String?

    /// Describes a job's state.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - reason: Why it has not begun although it may, if known.
    init(_ job: Job, waitingFor reason: String? = nil) {
        switch job.stage {
        case .waitingForNetwork?:
            self.init(
                "attempt \(job.retryCount) of \((job.maxRetries ?? Job.defaultMaxRetries) + 1) failed", next: job.runAfter?.date, reason: job.error)
        case .paused?: self.init("paused; continue with `roost jobs resume \(job.id)`", isWaiting: true)
        case .stalled?: self.init("stalled: no byte has come for ten seconds")
        case let stage?: self.init(stage.rawValue)
        case nil:
            let isQueued = job.status == .queued
            let time = isQueued ? job.runAfter.map { ", begins at \($0)" } : nil
            self.init("\(job.status.rawValue)\(time ?? "")", reason: time == nil ? reason : nil, isWaiting: isQueued)
        }
    }

    private init(_ what: String, next: Date? = nil, reason: String? = nil, isWaiting: Bool = false) {
        self.what = what
        self.next = next
        self.reason = reason
        self.isWaiting = isWaiting || next != nil
    }

    /// `attempt 4 of 11 failed; next in 8 s: The connection to …`: the reason is at the end, where a narrow terminal
    /// may cut it.
    func text(at now: Date) -> String {
        text(next.map { $0 > now ? "; next in \(ProgressReporter.duration($0.timeIntervalSince(now)))" : "; next at once" })
    }

    /// The same with the time of the next try and not the time left. It changes only when another line is worth
    /// printing.
    var topic: String { text(next.map { "; next at \(Timestamp($0))" }) }

    private func text(_ time: String?) -> String { what + (time ?? "") + (reason.map { ": \($0)" } ?? "") }
}
