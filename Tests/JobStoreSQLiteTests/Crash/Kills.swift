import Foundation
import TestSupport

/// Kills processes that use one store, at random moments and at random system calls, and looks after each at what they have left.
struct Kills {
    /// The arguments of `jobstore-torture`, less the database and the seed.
    var arguments: [String]
    /// How many tasks it has.
    var tasks: Int
    /// How many processes follow each other on one disk.
    var chain = 8
    /// What is on the disk at first.
    var start: [String: Data] = [:]
    /// The rows in it: see `StoreAudit.Expectation`.
    var legacy: [String: String] = [:]
    /// The calls that a process may be killed at are counted up to here.
    var lastCall = 400

    /// How many processes were killed.
    private(set) var made = 0
    /// How many of these before they had opened the store.
    private(set) var whileOpening = 0
    /// How many changes were acknowledged.
    private(set) var acknowledged = 0
    private(set) var findings: [CrashLab.Finding] = []

    init(_ arguments: [String], tasks: Int) {
        self.arguments = arguments + ["--tasks", "\(tasks)"]
        self.tasks = tasks
    }

    /// - Parameters:
    ///   - count: How many processes to kill.
    ///   - seed: Decides everything but the order in which the process's tasks get their turns.
    /// - Throws: When a process cannot be started.
    mutating func perform(_ count: Int, seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let (site, auditSite) = (try TortureSite(), try TortureSite())
        var round = 0
        while made < count {
            if round.isMultiple(of: chain) {
                try site.clear()
                try site.fill(start)
            }
            let earlier = try site.said().count
            let end = try await kill(on: site, round, &generator)
            let said = try site.said()
            if end == .killed {
                made += 1
                if !said.dropFirst(earlier).contains(where: { $0.verb == "opened" }) { whileOpening += 1 }
            } else if end != .exited(0) {
                findings.append(.init(round: "round \(round)", violations: ["The process ended so: \(end). \(said.suffix(1))"]))
            }
            acknowledged += said.dropFirst(earlier).count { !$0.verb.hasSuffix("ing") }
            try await audit(site, said, round, auditSite)
            round += 1
        }
    }

    /// Half of them at a moment, half of them at a call.
    private func kill(on site: TortureSite, _ round: Int, _ generator: inout SeededGenerator) async throws -> TortureSite.End {
        let words = arguments + ["--seed", "\(generator.next() % 1_000_000)", "--owner", "round\(round)"]
        if Bool.random(using: &generator) {
            return try await site.run(words, killAfter: .milliseconds(Int.random(in: 1...160, using: &generator)))
        }
        let kind =
            [FaultDisk.Fault.Kind.write, .write, .write, .sync, .sync, .open, .truncate, .rename, .unlink].randomElement(using: &generator) ?? .write
        // Opening has few calls and much to get wrong: low numbers are the likelier ones.
        let share = Double.random(in: 0..<1, using: &generator)
        let number = 1 + Int(share * share * Double(kind == .write ? lastCall : lastCall / 10))
        let disk = FaultDisk(folder: site.disk, fault: .init(kind: kind, number: number, effect: .kill))
        return try await site.run(words, on: disk, killAfter: .milliseconds(400))
    }

    /// Looks at a copy: the next process begins on what this one has left, its write-ahead log and all.
    private mutating func audit(_ site: TortureSite, _ said: [Announcement], _ round: Int, _ auditSite: TortureSite) async throws {
        try auditSite.clear()
        try auditSite.fill(try site.content())
        var expectation = StoreAudit.Expectation(said: said, legacy: legacy)
        expectation.unacknowledged = tasks * (round % chain + 1)
        let audit = await StoreAudit(auditSite.database, expectation)
        let failures = said.filter { $0.verb == "failed" }.map { "The process said: failed \($0.objects.joined(separator: " "))" }
        let violations = audit.violations + failures
        if !violations.isEmpty { findings.append(.init(round: "round \(round)", violations: violations)) }
    }
}
