import ArgumentParser

/// An operation that contestants perform.
enum Operation: String, ExpressibleByArgument, CaseIterable {
    case create, create64, get, update, list, claim, mixed, recover, open

    /// The number of callers at the same time.
    var usualWorkers: Int {
        switch self {
        case .create64: 64
        case .mixed: 8
        default: 1
        }
    }
}
