import ArgumentParser
import RoostClient

/// `roost jobs prune`.
struct JobsPruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Delete finished pulls from the list; the models stay.",
        discussion: "With both options, pulls go that either of them names. Queued and running pulls always stay.")

    @Option(help: "Delete those that ended more than so many days ago.")
    var days: Int?
    @Option(help: "Delete all but so many newest finished ones of each model.")
    var keep: Int?
    @Flag(help: "Only say how many would go.")
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
