import ArgumentParser
import RoostClient

/// `roost jobs delete`.
struct JobsDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a finished pull from the list; the model stays.", aliases: ["rm"])

    @OptionGroup var job: JobOptions

    func run() async throws {
        let client = try await job.options.client()
        let id = try await client.jobID(job.id)
        try await client.delete(id)
        if job.options.json { try JSONOutput.print(["id": id, "status": "deleted"]) } else { Terminal.print("Job \(id) is deleted.") }
    }
}

/// `roost jobs prune`.
struct JobsPruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Delete finished pulls from the list; the models stay.",
        discussion: "With both options, pulls are deleted that match either of them. Queued and running pulls are always kept.")

    @Option(help: "Delete pulls that ended more than this number of days ago.")
    var days: Int?
    @Option(help: "Delete all but this number of newest finished pulls of each model.")
    var keep: Int?
    @Flag(help: "Only show how many would be deleted.")
    var dryRun = false
    @OptionGroup var options: ServerOptions

    func validate() throws {
        guard days != nil || keep != nil else { throw ValidationError("Say --days, --keep, or both.") }
    }

    func run() async throws {
        let client = try await options.client()
        let pruned = try await client.pruneJobs(days: days, keep: keep, dryRun: dryRun)
        if options.json { return try JSONOutput.print(pruned) }
        Terminal.print(dryRun ? "\(pruned.deleted) jobs would be deleted." : "\(pruned.deleted) jobs deleted.")
    }
}
