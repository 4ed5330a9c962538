import ArgumentParser
import RoostClient

/// `roost jobs priority`.
struct JobsPriorityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "priority", abstract: "Change the priority of a pull.",
        discussion: "One point is worth ten minutes of waiting. Write a negative number after two dashes: roost jobs priority ID -- -5")

    @OptionGroup var job: JobOptions
    @Argument(help: "-100 to 100; higher ones start first, new pulls have 0.")
    var priority: Int

    func run() async throws {
        try await job.steer(to: "of priority \(priority)") { try await $0.prioritize($1, priority: priority) }
    }
}
