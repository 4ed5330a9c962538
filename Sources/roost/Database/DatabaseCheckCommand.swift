import ArgumentParser
import JobStoreSQLite
import RoostCore

/// `roost db check`.
struct DatabaseCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check jobs.db for damage, also while the server runs.",
        discussion: "Exits 0 when it is sound, 1 when it is not. The server repairs a damaged file when it starts.")

    @Flag(help: "Compare every index with its table too; needs several times as long.")
    var full = false
    @OptionGroup var options: DatabaseOptions

    func run() async throws {
        let path = try options.existingFile()
        let report = try Report(path: path, full: full)
        if options.json {
            try JSONOutput.print(report)
        } else if report.sound {
            Terminal.print("\(path) is sound.")
        } else {
            Terminal.print("\(path) is damaged:")
            for finding in report.findings { Terminal.print("  \(finding)") }
            Terminal.print("Start the server, which repairs it from its rows and backups, or restore a backup with `roost db restore`.")
        }
        if let recovery = report.lastRecovery, !options.json { Terminal.print("At \(recovery.time): \(recovery.message)") }
        guard report.sound else { throw ExitCode(1) }
    }

    /// The result of the check.
    private struct Report: Encodable {
        let path: String
        let full: Bool
        let sound: Bool
        let findings: [String]
        @ExplicitNull var lastRecovery: JobRecoveryReport?

        enum CodingKeys: String, CodingKey {
            case path, full, sound, findings
            case lastRecovery = "last_recovery"
        }

        init(path: String, full: Bool) throws {
            self.path = path
            self.full = full
            try JobFileCheck.refuseUnusable(path)
            findings = full ? try JobFileCheck.integrityCheck(path) : try JobFileCheck.quickCheck(path)
            sound = findings.isEmpty
            lastRecovery = JobRecoveryReport.last(beside: path)
        }
    }
}
