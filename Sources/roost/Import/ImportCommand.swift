import ArgumentParser

/// `roost import`.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Serve models that another program has on this machine.", subcommands: [ImportOllamaCommand.self])
}
