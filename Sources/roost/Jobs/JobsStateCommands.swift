import ArgumentParser
import RoostClient

/// `roost jobs cancel`.
struct JobsCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel a queued or running pull.",
        discussion: "Its bytes are kept; `roost jobs retry`, or pulling the model again, continues from them.")

    @OptionGroup var job: JobOptions

    func run() async throws { try await job.steer(to: "canceled") { try await $0.cancel($1) } }
}

/// `roost jobs pause`.
struct JobsPauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "pause", abstract: "Pause a pull until it is resumed; its bytes are kept.")

    @OptionGroup var job: JobOptions

    func run() async throws { try await job.steer(to: "paused; continue with `roost jobs resume \(job.id)`") { try await $0.pause($1) } }
}

/// `roost jobs resume`.
struct JobsResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Resume a paused pull, or retry one at once that waits for the network.")

    @OptionGroup var job: JobOptions

    func run() async throws { try await job.steer(to: "queued") { try await $0.resume($1) } }
}

/// `roost jobs retry`.
struct JobsRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "retry", abstract: "Put a failed or canceled pull back into the queue.")

    @OptionGroup var job: JobOptions

    func run() async throws { try await job.steer(to: "queued") { try await $0.retry($1) } }
}
