import ArgumentParser
import RoostClient
import RoostCore

/// `roost jobs watch`.
struct JobsWatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "watch", abstract: "Follow one pull until it is finished.")

    @Argument(help: "The job's id.")
    var id: String
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let job = try await PullWatcher(client: options.client(), jobID: id, json: options.json).watch()
        guard job.status == .succeeded else { throw ExitCode(1) }
    }
}
