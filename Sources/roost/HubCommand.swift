import ArgumentParser

/// `roost hub`: what this machine does as a Hub for others.
struct HubCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hub", abstract: "Be a model hub for other machines.", subcommands: [HubServeCommand.self])
}
