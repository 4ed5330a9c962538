import ArgumentParser
import Foundation
import Logging
import RoostCore
import RoostServer

/// `roost serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the server.",
        discussion: """
            Every option can also be set in the environment, and all but the home and the file itself in config.json of the home; \
            Documentation/operating.md has the table. Other commands find the server by ROOST_SERVER, or by ROOST_PORT and config.json.
            """)

    @Option(help: "The home: jobs.db, sockets, config.json (ROOST_HOME). Default: ~/.roost.")
    var home: String?
    @Option(help: "The configuration file (ROOST_CONFIG). Default: config.json in the home.")
    var config: String?
    @OptionGroup var settings: SettingOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let loaded = try await ServerSettings.load(flags: flags, environment: environment)
        var logger = Logger(label: "roost", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = loaded.logLevel
        let server = RoostServer(
            configuration: .init(
                settings: loaded, environment: environment, guardCommand: [try Self.ownExecutable(), "engine-guard"]),
            logger: logger
        ) { url in
            Terminal.write("Roost is listening on \(url)\n")
        }
        try await server.run()
    }

    private var flags: ServerSettings.Flags {
        var flags = ServerSettings.Flags()
        flags.home = home
        flags.config = config
        flags.values = settings.values
        return flags
    }

    /// Returns the absolute path of this executable.
    private static func ownExecutable() throws -> String {
        guard let path = Bundle.main.executablePath else {
            throw RoostError(.unexpected, "The system does not provide the path of the roost command; start it by its full path.")
        }
        return path
    }
}
