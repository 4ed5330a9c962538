import Foundation
import SystemPackage
import TestSupport

/// Runs a process on a disk that keeps a power log, and cuts the power at random points of it.
///
/// Runs form chains: each begins on what a power cut has left of the one before, so that the recovery is cut short too.
struct PowerCuts {
    /// The arguments of `jobstore-torture`, less the database and the seed.
    var arguments: [String]
    /// How many tasks it has.
    var tasks: Int
    /// How many runs follow each other on one disk.
    var chain = 4
    var fault: FaultDisk.Fault?
    /// What is on the disk at first.
    var start: [String: Data] = [:]
    /// The rows in it: see `StoreAudit.Expectation`.
    var legacy: [String: String] = [:]

    /// How many cuts were made.
    private(set) var made = 0
    /// How many lines the power logs had.
    private(set) var records = 0
    private(set) var findings: [CrashLab.Finding] = []

    /// A disk in the state that a cut has left, and what was acknowledged before it.
    private struct Remains {
        var content: [String: Data]
        var said: [Announcement] = []
    }

    init(_ arguments: [String], tasks: Int) {
        self.arguments = arguments + ["--tasks", "\(tasks)"]
        self.tasks = tasks
    }

    /// - Parameters:
    ///   - count: How many cuts there shall be in all.
    ///   - runs: Of how many runs.
    ///   - seed: Decides everything but the order in which the process's tasks get their turns.
    /// - Throws: When a process cannot be started, or a log not read.
    mutating func perform(_ count: Int, of runs: Int, seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let (site, auditSite) = (try TortureSite(), try TortureSite())
        var remains = Remains(content: start)
        for run in 0..<runs {
            if run.isMultiple(of: chain) { remains = Remains(content: start) }
            let log = try await record(from: remains.content, on: site, name: "run\(run)", seed: generator.next() % 1_000_000)
            let share = count * (run + 1) / runs - count * run / runs
            let moments = (0..<share).map { _ in Self.moment(in: log, &generator) }.sorted()
            remains = try await cut(log, at: moments, from: remains, run: run, auditSite, &generator)
        }
    }

    /// Any moment, or, every other time, one just before an fsync: then there is most to lose.
    private static func moment(in log: PowerLog, _ generator: inout SeededGenerator) -> Int {
        let any = Int.random(in: 0...log.records.count, using: &generator)
        guard Bool.random(using: &generator) else { return any }
        return log.records[any...].firstIndex { if case .sync = $0 { true } else { false } } ?? any
    }

    private mutating func record(from content: [String: Data], on site: TortureSite, name: String, seed: UInt64) async throws -> PowerLog {
        try site.clear()
        try site.fill(content)
        let disk = FaultDisk(folder: site.disk, log: site.powerLog, fault: fault, report: site.faultReport)
        let end = try await site.run(arguments + ["--seed", "\(seed)", "--owner", name], on: disk)
        if end != .exited(0), fault == nil || end != .exited(3) {
            findings.append(.init(round: name, violations: ["The process ended so: \(end). \(try site.said().suffix(1))"]))
        }
        let log = try PowerLog(try Data(contentsOf: URL(fileURLWithPath: site.powerLog.string)))
        records += log.records.count
        return log
    }

    /// Goes through the log once, and at each of the moments looks at what a power cut would leave.
    private mutating func cut(
        _ log: PowerLog, at moments: [Int], from before: Remains, run: Int, _ site: TortureSite, _ generator: inout SeededGenerator
    ) async throws -> Remains {
        var disk = SimulatedDisk(before.content, seed: generator.next())
        var remains = before
        var words = ""
        var next = 0
        for moment in moments {
            for record in log.records[next..<moment] {
                disk.apply(record)
                if case .said(let text) = record { words += text }
            }
            next = moment
            remains = Remains(content: disk.afterPowerCut(using: &generator), said: before.said + Announcement.all(in: words))
            try site.clear()
            try site.fill(remains.content)
            var expectation = StoreAudit.Expectation(said: remains.said, losesProgress: true, legacy: legacy)
            expectation.unacknowledged = tasks * (run % chain + 1) + remains.said.count { $0.verb == "failed" }
            let audit = await StoreAudit(site.database, expectation)
            made += 1
            if !audit.violations.isEmpty {
                findings.append(.init(round: "run \(run), cut after record \(moment) of \(log.records.count)", violations: audit.violations))
            }
        }
        return remains
    }
}
