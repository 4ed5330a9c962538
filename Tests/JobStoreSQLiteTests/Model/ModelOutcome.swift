import RoostCore

/// What came of an operation, in the store or in the model.
enum ModelOutcome: Sendable, Equatable {
    case job(Job?)
    case held(Bool)
    case count(Int)
    case refused(String)
    case done
}
