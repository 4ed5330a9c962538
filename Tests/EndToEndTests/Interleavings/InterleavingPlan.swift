import RoostAPI
import RoostCore
import TestSupport

/// What happens on one cache, and in which order, all of it chosen by a seed. What runs long runs beside what comes after it.
struct InterleavingPlan: Sendable, CustomStringConvertible {
    /// One way to ask for some of a repository's files; several ways mean the same ones.
    struct Want: Sendable, Hashable {
        var repository: String
        var tag: String?
        var revision: String?
        var patterns: [String]?

        var request: PullRequest {
            var request = PullRequest(model: repository + (tag.map { ":\($0)" } ?? ""))
            request.revision = revision
            request.allowPatterns = patterns
            return request
        }
    }

    enum Step: Sendable, Hashable {
        case pull(Want)
        case dryRun(Want)
        /// Of the jobs so far, counted from the first and round again.
        case cancel(Int)
        case pause(Int)
        case resume(Int)
        case verify
        /// Models, one model's detail, partial files, jobs.
        case look
        /// A clean-up; of old leftovers only, or of all.
        case collect(all: Bool)
        /// Another process fetches a file into the same cache.
        case outside(String)
        /// kill -9 for the server, and a new start.
        case kill
    }

    let seed: Int
    /// What is waited before a step, and the step.
    let steps: [(pause: Duration, step: Step)]

    /// - Parameter seed: Any number.
    init(seed: Int) {
        self.seed = seed
        var random = SeededGenerator(seed: UInt64(seed))
        let count = Int.random(in: 5...10, using: &random)
        var steps: [(pause: Duration, step: Step)] = [(.zero, .pull(Self.want(&random)))]
        for _ in 0..<count {
            steps.append((.microseconds(Int.random(in: 0...90_000, using: &random)), Self.step(&random)))
        }
        self.steps = steps
    }

    private static func step(_ random: inout SeededGenerator) -> Step {
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<6: .pull(want(&random))
        case 6..<10: .dryRun(want(&random))
        case 10: .cancel(Int.random(in: 0..<8, using: &random))
        case 11: .pause(Int.random(in: 0..<8, using: &random))
        case 12: .resume(Int.random(in: 0..<8, using: &random))
        case 13: .verify
        case 14, 15: .look
        case 16: .collect(all: Bool.random(using: &random))
        case 17, 18: .outside(InterleavingHub.models.randomElement(using: &random)?.name ?? "")
        default: .kill
        }
    }

    private static func want(_ random: inout SeededGenerator) -> Want {
        var want = Want(repository: InterleavingHub.repositories[Int.random(in: 0..<2, using: &random)])
        switch Int.random(in: 0..<5, using: &random) {
        case 0: break
        case 1: want.tag = "Q4_K_M"
        case 2: want.tag = "Q8_0"
        case 3: want.patterns = ["*Q4_K_M*", "*.json"]
        default: want.patterns = ["*.gguf", "README.md"]
        }
        if Int.random(in: 0..<3, using: &random) == 0 { want.revision = "main" }
        return want
    }

    var description: String { "seed \(seed): " + steps.map { "\($0.pause) \($0.step)" }.joined(separator: ", ") }
}
