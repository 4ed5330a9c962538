import TestSupport

/// One thing that is done to the store and to the model. Jobs and claims are named by numbers and not by ids, so that a list of operations means
/// something without the run it comes from.
enum ModelOperation: Sendable, Hashable {
    /// `model` and `policy` choose what is asked for, few of each, so that pulls are joined; `delay` is `run_after`, in seconds from now.
    case create(model: Int, policy: Int, priority: Int, delay: Int?)
    case claim(owner: Int)
    /// `back` counts claims from the newest: 0 is the newest, the others are mostly stale.
    case progress(back: Int, bytes: Int)
    case finish(back: Int, succeeds: Bool)
    case tryLater(back: Int, seconds: Int)
    case cancel(job: Int)
    case pause(job: Int)
    case resume(job: Int)
    case retry(job: Int)
    case prioritize(job: Int, priority: Int)
    case delete(job: Int)
    case deleteOld(days: Int)
    case keepNewest(count: Int)
    /// Seconds, and one millisecond more: so no two ranks in the queue are equal that do not come from one moment.
    case advance(seconds: Int)
    /// The process ends without a word; the next one opens what is in the file system and puts the running jobs back.
    case crash

    static func random(using generator: inout SeededGenerator) -> Self {
        func number(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &generator) }
        func one(of numbers: [Int]) -> Int { numbers[number(0...numbers.count - 1)] }
        let job = number(0...11)
        let back = one(of: [0, 0, 0, 1, 2, 5])
        switch number(1...200) {
        case ...44:
            return .create(
                model: number(0...3), policy: number(0...1), priority: one(of: priorities), delay: number(1...4) == 1 ? one(of: pauses) : nil)
        case ...84: return .claim(owner: number(0...1))
        case ...98: return .progress(back: back, bytes: one(of: [0, 1, 50, 100]))
        case ...114: return .finish(back: back, succeeds: number(0...1) == 0)
        case ...124: return .tryLater(back: back, seconds: one(of: pauses))
        case ...134: return .cancel(job: job)
        case ...144: return .pause(job: job)
        case ...154: return .resume(job: job)
        case ...166: return .retry(job: job)
        case ...174: return .prioritize(job: job, priority: one(of: priorities + [-101, 101]))
        case ...180: return .delete(job: job)
        case ...182: return .deleteOld(days: number(0...2))
        case ...184: return .keepNewest(count: number(1...2))
        case ...199: return .advance(seconds: one(of: [0, 1, 29, 30, 599, 600, 601, 6000, 86_400]))
        default: return .crash
        }
    }

    private static let priorities = [-100, -10, -1, 0, 0, 0, 1, 2, 10, 100]
    private static let pauses = [0, 1, 30, 600]

    /// A sequence of 1 to 50 operations.
    static func sequence(seed: UInt64) -> [Self] {
        var generator = SeededGenerator(seed: seed)
        return (0..<Int.random(in: 1...50, using: &generator)).map { _ in random(using: &generator) }
    }
}
