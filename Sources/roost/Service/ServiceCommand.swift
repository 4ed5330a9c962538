import ArgumentParser

/// `roost service`.
struct ServiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service", abstract: "Let the system start the server and keep it running: systemd on Linux, launchd on macOS.",
        subcommands: [ServiceInstallCommand.self, ServiceStatusCommand.self, ServiceUninstallCommand.self],
        defaultSubcommand: ServiceStatusCommand.self)
}

/// The options of every `roost service` command.
struct ServiceOptions: ParsableArguments {
    @Flag(help: "A service of the whole machine, which root installs, and not of this user (systemd).")
    var system = false
    @Flag(help: "Print JSON; an error is JSON too, on standard error.")
    var json = false

    /// The service of this machine.
    ///
    /// - Throws: `RoostError` with code `invalidConfiguration` when the user's folder is not known.
    func service() throws -> Service { try Service(isSystem: system) }
}
