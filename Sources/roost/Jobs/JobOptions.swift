import ArgumentParser
import RoostAPI
import RoostClient
import RoostCore

/// The options of every command for one job.
struct JobOptions: ParsableArguments {
    @Argument(help: "The job's id, or its first characters.", completion: .jobs)
    var id: String
    @OptionGroup var options: ServerOptions

    /// Changes the job and prints the result.
    ///
    /// - Parameters:
    ///   - state: The new state of the job, in words.
    ///   - change: Changes the job; it gets the whole id.
    /// - Throws: The errors of `change`.
    func steer(to state: String, _ change: (RoostClient, String) async throws -> JobView) async throws {
        let client = try await options.client()
        let view = try await change(client, client.jobID(id))
        if options.json { try JSONOutput.print(view) } else { Terminal.print("Job \(view.job.id) (\(view.job.model)) is \(state).") }
    }
}
