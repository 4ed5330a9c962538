import ArgumentParser
import RoostAPI
import RoostClient
import RoostCore

/// `roost jobs cancel`.
struct JobsCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel a queued or running pull.",
        discussion: "Its bytes are kept; `roost jobs retry`, or pulling the model again, continues from them.")

    @Argument(help: "The job's id, or its first characters.")
    var id: String
    @OptionGroup var options: ServerOptions

    func run() async throws { try await options.steer(id, to: "canceled") { try await $0.cancel($1) } }
}

/// `roost jobs pause`.
struct JobsPauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "pause", abstract: "Pause a pull until it is resumed; its bytes are kept.")

    @Argument(help: "The job's id, or its first characters.")
    var id: String
    @OptionGroup var options: ServerOptions

    func run() async throws { try await options.steer(id, to: "paused; continue with `roost jobs resume \(id)`") { try await $0.pause($1) } }
}

/// `roost jobs resume`.
struct JobsResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Resume a paused pull, or retry one at once that waits for the network.")

    @Argument(help: "The job's id, or its first characters.")
    var id: String
    @OptionGroup var options: ServerOptions

    func run() async throws { try await options.steer(id, to: "queued") { try await $0.resume($1) } }
}

/// `roost jobs retry`.
struct JobsRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "retry", abstract: "Put a failed or canceled pull back into the queue.")

    @Argument(help: "The job's id, or its first characters.")
    var id: String
    @OptionGroup var options: ServerOptions

    func run() async throws { try await options.steer(id, to: "queued") { try await $0.retry($1) } }
}

extension ServerOptions {
    /// Changes a job and prints the result.
    ///
    /// - Parameters:
    ///   - id: The job's id, or its first characters.
    ///   - state: The new state of the job, in words.
    ///   - change: Changes the job; it gets the whole id.
    /// - Throws: The errors of `change`.
    func steer(_ id: String, to state: String, _ change: (RoostClient, String) async throws -> JobView) async throws {
        let client = try await client()
        let view = try await change(client, client.jobID(id))
        if json { try JSONOutput.print(view) } else { Terminal.print("Job \(view.job.id) (\(view.job.model)) is \(state).") }
    }
}
