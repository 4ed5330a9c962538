import ArgumentParser
import RoostClient
import RoostCore

/// `roost jobs watch`.
struct JobsWatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Watch one pull until it is finished.",
        discussion: "Exits 0 when it has succeeded, 1 when it has failed, 2 when the model was pulled but could not be loaded.")

    @Argument(help: "The job's id, or its first characters.")
    var id: String
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let client = try await options.client()
        try await PullWatcher(client: client, jobID: client.jobID(id), json: options.json).watchToTheEnd()
    }
}
