import Engines
import RoostCore

extension EngineSupervisor {
    /// The time after which a request is sent again when nothing tells a better one.
    private static let usualPause: Duration = .seconds(10)

    /// Returns the error of a request whose time is over. If it has waited for a load or for its turn, the same request
    /// may succeed later, and the sentence says how far that is.
    func late(_ request: EngineRequest) async -> RoostError {
        let wait = wait(of: request.ticket)
        let code: RoostError.Code? =
            switch wait {
            case .load?: .modelLoading
            case .turn?: .enginesBusy
            case .answer?, nil: nil
            }
        guard let wait, let code else {
            return RoostError(
                .timedOut,
                "The answer was not complete within the time of the request (`timeout` of /chat, an hour elsewhere); ask for less, or allow more.")
        }
        return RoostError(
            code,
            "The request's time is over (`timeout` of /chat, an hour elsewhere), and \(request.reference) is not ready for it yet: \(wait). Send it again later.",
            field: "timeout", retryAfter: wait.time ?? Self.usualPause)
    }
}
