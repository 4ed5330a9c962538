import Foundation
import RoostCore

/// What a job does, or what it waits for and until when, in words.
struct JobState {
    /// Whether it waits: time alone changes nothing that is worth another line.
    let isWaiting: Bool
    private let what: String
    /// When it is tried again.
    private let next: Date?
    private let reason: String?

    /// Puts a job's state into words.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - reason: Why it has not begun although it may, where that is known.
    init(_ job: Job, waitingFor reason: String? = nil) {
        switch job.stage {
        case .waitingForNetwork?:
            self.init(
                "attempt \(job.retryCount) of \((job.maxRetries ?? Job.defaultMaxRetries) + 1) failed", next: job.runAfter?.date, reason: job.error)
        case .paused?: self.init("paused; go on with `roost jobs resume \(job.id)`", isWaiting: true)
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

    /// `attempt 4 of 11 failed; next in 8 s: The connection to …`: the reason is last, where a narrow terminal may cut it.
    func text(at now: Date) -> String {
        text(next.map { $0 > now ? "; next in \(ProgressReporter.duration($0.timeIntervalSince(now)))" : "; next at once" })
    }

    /// The same with the time of the next try instead of the time left, which holds still: another one is worth another line.
    var topic: String { text(next.map { "; next at \(Timestamp($0))" }) }

    private func text(_ time: String?) -> String { what + (time ?? "") + (reason.map { ": \($0)" } ?? "") }
}
