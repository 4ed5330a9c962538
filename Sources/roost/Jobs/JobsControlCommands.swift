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

/// `roost jobs priority`.
struct JobsPriorityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "priority", abstract: "Change the priority of a pull.",
        discussion: "One point is worth ten minutes of waiting. Write a negative number after two dashes: roost jobs priority ID -- -5")

    @Argument(help: "The job's id, or its first characters.")
    var id: String
    @Argument(help: "-100 to 100; higher ones start first, new pulls have 0.")
    var priority: Int
    @OptionGroup var options: ServerOptions

    func run() async throws {
        try await options.steer(id, to: "of priority \(priority)") { try await $0.prioritize($1, priority: priority) }
    }
}

/// `roost jobs rate`.
struct JobsRateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rate", abstract: "Limit the download rate of a pull; it applies at once.", discussion: "All pulls together: roost bandwidth.")

    @Argument(help: "The job's id, or its first characters.")
    var id: String
    @Argument(help: "A rate such as 5MB, 64KiB or more, or unlimited.")
    var rate: String
    @OptionGroup var options: ServerOptions

    func validate() throws {
        guard rate != "unlimited", ByteRate(parsing: rate) == nil else { return }
        throw ValidationError("A rate is 64KiB or more such as 5MB, or `unlimited`; got '\(rate)'.")
    }

    func run() async throws {
        let limit = ByteRate(parsing: rate)?.bytesPerSecond
        let state = limit.map { "limited to \(ByteCount($0))/s" } ?? "no longer limited"
        try await options.steer(id, to: state) { try await $0.limit($1, bytesPerSecond: limit) }
    }
}

/// `roost jobs delete`.
struct JobsDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a finished pull from the list; the model stays.")

    @Argument(help: "The job's id, or its first characters.")
    var id: String
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let client = try await options.client()
        let id = try await client.jobID(id)
        try await client.delete(id)
        if options.json { try JSONOutput.print(["id": id, "status": "deleted"]) } else { Terminal.print("Job \(id) is deleted.") }
    }
}

extension ServerOptions {
    /// Changes a job and prints the result.
    ///
    /// - Parameters:
    ///   - id: The job's id, or its first characters.
    ///   - state: The new state of the job, in words.
    ///   - change: Changes the job; it gets the whole id.
    /// - Throws: The errors of `change`.
    fileprivate func steer(_ id: String, to state: String, _ change: (RoostClient, String) async throws -> JobView) async throws {
        let client = try await client()
        let view = try await change(client, client.jobID(id))
        if json { try JSONOutput.print(view) } else { Terminal.print("Job \(view.job.id) (\(view.job.model)) is \(state).") }
    }
}
