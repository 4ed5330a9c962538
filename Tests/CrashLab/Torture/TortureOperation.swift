import TestSupport

/// What a task can do.
enum TortureOperation: String, CaseIterable {
    case create, claim, progress, plan, succeed, fail, postpone, giveBack, pause, resume, cancel, retry, prioritize, delete, prune, backUp

    /// How often it is done, next to the others.
    private var weight: Int {
        switch self {
        case .create: 40
        case .claim: 50
        case .progress: 40
        case .succeed: 24
        case .plan, .fail, .retry, .pause, .resume: 10
        case .postpone, .giveBack, .cancel, .delete: 6
        case .prioritize: 4
        case .prune: 1
        case .backUp: 2
        }
    }

    private static let wheel = allCases.flatMap { Array(repeating: $0, count: $0.weight) }

    static func random(using generator: inout SeededGenerator) -> TortureOperation { wheel[Int.random(in: wheel.indices, using: &generator)] }
}
