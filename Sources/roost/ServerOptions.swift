import ArgumentParser
import Foundation
import RoostClient
import RoostCore
import RoostServer

/// The options of every command that talks to a server.
struct ServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The server's URL (ROOST_SERVER). Default: this machine, at the port of ROOST_PORT or config.json, else 8005.", valueName: "url"))
    var server: String?

    @Flag(help: "Print JSON; an error is JSON too, on standard error.")
    var json = false

    init() {}

    /// Options that name a server and nothing else.
    static func named(_ server: String?) -> ServerOptions {
        var options = ServerOptions()
        options.server = server
        options.json = false
        return options
    }

    /// Returns a client of the named server, or of the one in the settings of this machine.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` for an invalid URL, `invalidConfiguration` for invalid
    ///   settings.
    func client() async throws -> RoostClient { try RoostClient(server: await Self.url(server), key: Self.key()) }

    /// Returns the API key in `ROOST_API_KEY`. There is no option for it, because all users of a machine can read the
    /// arguments of its processes.
    private static func key() throws -> SecretToken? {
        guard let text = ProcessInfo.processInfo.environment["ROOST_API_KEY"], !text.isEmpty else { return nil }
        guard let key = SecretToken(text) else {
            throw RoostError(.invalidConfiguration, "ROOST_API_KEY does not hold a key; it begins with rst_.", field: "ROOST_API_KEY")
        }
        return key
    }

    /// The URL in the option or the variable.
    var named: String? { Self.named(server) }

    /// Returns the URL in an option, in the variable, or in the settings of this machine.
    ///
    /// - Parameter option: The value of the option.
    /// - Returns: The URL.
    /// - Throws: `RoostError` with code `invalidConfiguration` for invalid settings.
    static func url(_ option: String?) async throws -> String {
        if let named = named(option) { return named }
        return try await ServerSettings.localURL(environment: ProcessInfo.processInfo.environment)
    }

    /// An empty variable counts as not set.
    private static func named(_ option: String?) -> String? {
        option ?? ProcessInfo.processInfo.environment["ROOST_SERVER"].flatMap { $0.isEmpty ? nil : $0 }
    }
}
