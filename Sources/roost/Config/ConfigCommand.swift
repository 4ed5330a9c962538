import ArgumentParser
import Foundation
import RoostCore
import RoostServer

/// `roost config`.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show and change the settings of the server on this machine.",
        subcommands: [ConfigShowCommand.self, ConfigSetCommand.self, ConfigInitCommand.self], defaultSubcommand: ConfigShowCommand.self)
}

/// The options of every `roost config` command.
struct ConfigOptions: ParsableArguments {
    @Option(help: "The home (ROOST_HOME). Default: ~/.roost.", completion: .directory)
    var home: String?
    @Option(help: "The configuration file (ROOST_CONFIG). Default: config.json in the home.", completion: .file(extensions: ["json"]))
    var config: String?
    @Flag(help: "Print JSON; an error is JSON too, on standard error.")
    var json = false

    var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// The flags with which the server would be started.
    var flags: ServerSettings.Flags {
        var flags = ServerSettings.Flags()
        flags.home = home
        flags.config = config
        return flags
    }

    /// The file of the settings.
    ///
    /// - Throws: `RoostError` with code `invalidConfiguration` when it cannot be used.
    func file() async throws -> SettingsFile { try await SettingsFile(config: config, home: home, environment: environment) }
}

extension CompletionKind {
    /// The keys of config.json.
    static var settings: CompletionKind { .list(Setting.all.map(\.key)) }
}
