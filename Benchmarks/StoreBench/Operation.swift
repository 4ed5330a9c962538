import ArgumentParser

/// What a contestant can be asked to do.
enum Operation: String, ExpressibleByArgument, CaseIterable {
    case create, create64, get, update, list, claim, mixed, recover, open

    /// How many callers do it at the same time.
    var usualWorkers: Int {
        switch self {
        case .create64: 64
        case .mixed: 8
        default: 1
        }
    }
}
