import ArgumentParser
import RoostAPI
import RoostClient
import RoostCore

/// `roost models repair`.
struct ModelsRepairCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair", abstract: "Find damaged and missing files and pull them again.",
        discussion: """
            Needs the server, which pulls as durable jobs of the exact commit; ending this command does not end them. After them, all files are \
            verified again. Exits 0 when all of them are correct, 1 otherwise. An engine that has a damaged model in memory keeps it until \
            `roost unload`.
            """)

    @Argument(help: "org/name, org/name:QUANT; with @REVISION for one revision. All models without it.")
    var model: String?
    @Flag(help: "Return as soon as the pulls are accepted.")
    var detach = false
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let selector = try model.map(ModelSelector.init(parsing:))
        let client = try await options.client()
        let progress = VerifyReporter(isQuiet: options.json)
        let repair = try await client.repair(selector) { progress.show($0) }
        progress.end()
        if !options.json { Terminal.print(repair.report.summary) }
        guard !detach, !repair.jobs.isEmpty else {
            if options.json { try JSONOutput.printLine(repair) } else { for job in repair.jobs { Terminal.print(job) } }
            return
        }
        for id in repair.jobs {
            let job = try await PullWatcher(client: client, jobID: id, output: options.json ? .json : .text).watch()
            guard job.status == .succeeded else { throw ExitCode(1) }
        }
        let report = try await client.verify(selector) { progress.show($0) }
        progress.end()
        if options.json { try JSONOutput.printLine(ModelRepair(report: report, jobs: repair.jobs)) } else { Terminal.print(report.summary) }
        guard report.sound else { throw ExitCode(1) }
    }
}
