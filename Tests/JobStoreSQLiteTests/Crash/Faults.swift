import Foundation
import SystemPackage
import TestSupport

/// Fails one call of a scenario after the other.
struct Faults {
    /// How many faults struck.
    private(set) var struck = 0
    /// The highest number of a call that failed.
    private(set) var last = 0
    /// How many operations were refused because of them.
    private(set) var failed = 0
    private(set) var findings: [CrashLab.Finding] = []
    private let site: TortureSite

    private static let tasks = 3

    init() throws { site = try TortureSite() }

    /// - Parameters:
    ///   - kind: Which calls fail.
    ///   - effect: How.
    ///   - isPersistent: Whether all later calls fail too.
    /// - Throws: When a process cannot be started.
    mutating func failEach(_ kind: FaultDisk.Fault.Kind, with effect: FaultDisk.Fault.Effect, isPersistent: Bool) async throws {
        var number = 1
        var misses = 0
        // The order of the tasks' turns differs from run to run, and so does the number of calls: one run that did not get there proves little.
        while misses < 2 {
            let fault = FaultDisk.Fault(kind: kind, number: number, effect: effect, isPersistent: isPersistent)
            if try await fail(fault) {
                misses = 0
                last = max(last, number)
            } else {
                misses += 1
            }
            number += CrashLab.Effort.isExhaustive ? 1 : 1 + number / 8
        }
    }

    /// - Returns: Whether the scenario reached the fault.
    private mutating func fail(_ fault: FaultDisk.Fault) async throws -> Bool {
        try site.clear()
        let disk = FaultDisk(folder: site.disk, fault: fault, report: site.faultReport)
        let arguments = ["--tasks", "\(Self.tasks)", "--operations", "18", "--seed", "\(CrashLab.Effort.seed &+ UInt64(fault.number))"]
        let end = try await site.run(arguments, on: disk)
        guard FileManager.default.fileExists(atPath: site.faultReport.string) else { return false }
        struck += 1
        let said = try site.said()
        let failures = said.filter { $0.verb == "failed" }
        failed += failures.count
        var violations = failures.filter { !Self.isRight($0, for: fault) }.map { "Wrong class of error: \($0.objects.joined(separator: " "))" }
        if end != .exited(0) && end != .exited(3) { violations.append("The process ended so: \(end). \(said.suffix(1))") }
        if end == .exited(3) && failures.isEmpty { violations.append("The store was not opened, and no reason was reported.") }
        violations += await StoreAudit(site.database, .init(said: said, unacknowledged: Self.tasks + failures.count)).violations
        if !violations.isEmpty { findings.append(.init(round: "\(fault)", violations: violations)) }
        return true
    }

    /// Backups are files beside the database, and tell of files.
    private static func isRight(_ failure: Announcement, for fault: FaultDisk.Fault) -> Bool {
        let code = failure.objects.dropFirst().first ?? ""
        if failure.jobID == "backUp" || failure.jobID == "open" { return ["database", "insufficient_space", "file_system"].contains(code) }
        return ["database", "insufficient_space"].contains(code)
    }
}
