import FaultHub
import Foundation
import RoostCore
import Testing

extension EndToEndTests {
    /// The 52 ways for a hub to fail, of `Documentation/faults.md`. `ROOST_FAULTS=all` (`make faults`) runs three seeds of each, and more where a
    /// fault has more variants; without it one seed of each is run, another one every day. `ROOST_FAULT=31` runs that one only.
    @Suite(.serialized) struct FaultTests {
        private static let environment = ProcessInfo.processInfo.environment
        private static var isFull: Bool { environment["ROOST_FAULTS"] == "all" }
        private static var chosen: [Fault] {
            Fault.all.filter { fault in environment["ROOST_FAULT"].map { $0.split(separator: ",").contains("\(fault.number)") } ?? true }
        }

        /// Another seed every day, so that all are seen in time; the failure tells which it was.
        private static var today: Int { environment["ROOST_FAULT_SEED"].flatMap { Int($0) } ?? Int(Date().timeIntervalSince1970 / 86_400) }

        private static func seeds(_ fault: Fault) -> [Int] { isFull ? Array(0..<fault.variants) : [today % fault.variants] }

        @Test func `there are 52 faults, in order`() {
            #expect(Fault.all.map(\.number) == Array(1...52))
            #expect(Set(Fault.all.map(\.name)).count == 52)
        }

        @Test func `whatever the hub does, a pull ends with the right bytes or the right sentence`() async throws {
            let runs = Self.chosen.flatMap { fault in Self.seeds(fault).map { (fault, $0) } }
            try await FaultLab.run { lab in
                try await Self.run(runs, atATime: 8) { try await FaultRun.pull($0, seed: $1, in: lab) }
            }
        }

        @Test func `the same when the server is killed on the way`() async throws {
            let runs = Self.chosen.map { ($0, Self.environment["ROOST_FAULT_SEED"].flatMap { Int($0) } ?? $0.number % 3) }
            try await FaultLab.run { lab in
                try await Self.run(runs, atATime: 6) { try await FaultRun.kill($0, seed: $1, in: lab) }
            }
        }

        /// Makes the runs, a few at a time (most of their time is waiting), and tells what was wrong with which.
        private static func run(
            _ runs: [(Fault, Int)], atATime width: Int, _ work: @escaping @Sendable (Fault, Int) async throws -> FaultRun
        ) async throws {
            var done: [FaultRun] = []
            try await withThrowingTaskGroup(of: FaultRun.self) { group in
                for (index, (fault, seed)) in runs.enumerated() {
                    if index >= width, let run = try await group.next() { done.append(run) }
                    group.addTask {
                        do {
                            return try await work(fault, seed)
                        } catch {
                            var run = FaultRun(fault, seed: seed, hasKill: false)
                            run.problems = ["could not be run: \(error)"]
                            return run
                        }
                    }
                }
                for try await run in group { done.append(run) }
            }
            for run in done.sorted(by: { ($0.fault.number, $0.seed) < ($1.fault.number, $1.seed) }) {
                print(run.row)
                for problem in Set(run.problems) { Issue.record("\(run.title): \(problem)") }
            }
        }
    }
}

extension FaultRun {
    /// A line for `scripts/faults`, which makes the table of it.
    fileprivate var row: String {
        let words = (messages.last ?? job?.error ?? "").replacing("\n", with: " ").replacing("|", with: "/")
        let end = job.map { $0.status == .succeeded ? "succeeded" : "failed: \(code?.rawValue ?? "")" } ?? "none"
        let requests = figures.requests + figures.requestsElsewhere
        return "fault | \(fault.number) | \(fault.name) | \(seed) | \(hasKill ? "kill" : "pull") | \(end) | \(requests) | "
            + "\(String(format: "%.1f", seconds)) | \(peakMemory >> 20) | \(words)"
    }
}
