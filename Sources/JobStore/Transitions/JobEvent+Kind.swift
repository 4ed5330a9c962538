package import RoostCore

extension JobEvent.Kind {
    /// The event for a change of a job; `nil` if the change does not belong in the history.
    package init?(from before: Job, to after: Job) {
        if before.status != after.status {
            switch after.status {
            case .running: self = .started
            case .succeeded: self = .succeeded
            case .failed: self = after.stage == .canceled ? .canceled : .failed
            default: self = after.stage == .paused ? .paused : after.stage == .waitingForNetwork ? .retryScheduled : .requeued
            }
        } else if before.stage != after.stage {
            self = after.stage == .paused ? .paused : before.stage == .paused ? .resumed : .stage
        } else if before.priority != after.priority {
            self = .reprioritized
        } else {
            return nil
        }
    }
}
