import ArgumentParser

/// `roost alias`.
struct AliasCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alias", abstract: "Give models other names, with a system prompt and parameters for the requests that use them.",
        subcommands: [AliasListCommand.self, AliasSetCommand.self, AliasRemoveCommand.self], defaultSubcommand: AliasListCommand.self)
}
