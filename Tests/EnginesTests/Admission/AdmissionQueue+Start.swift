@testable import Engines

extension AdmissionQueue {
    /// Starts all requests for which there is room.
    mutating func start(at now: Duration) -> [Request] {
        var started: [Request] = []
        while let next = startNext(at: now) { started.append(next) }
        return started
    }
}
