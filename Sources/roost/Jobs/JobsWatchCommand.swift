import ArgumentParser
import RoostClient
import RoostCore

/// `roost jobs watch`.
struct JobsWatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Watch one pull until it is finished.",
        discussion: "Exits 0 when it has succeeded, 1 when it has failed, 2 when the model was pulled but could not be loaded.")

    @OptionGroup var job: JobOptions

    func run() async throws {
        let client = try await job.options.client()
        try await PullWatcher(client: client, jobID: client.jobID(job.id), output: job.options.json ? .json : .text).watchToTheEnd()
    }
}
