import ArgumentParser

/// `roost hub`: serves models to other machines.
struct HubCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hub", abstract: "Serve models to other machines.", subcommands: [HubServeCommand.self])
}
