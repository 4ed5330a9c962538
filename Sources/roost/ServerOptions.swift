import ArgumentParser
import Foundation
import RoostClient
import RoostServer

/// The options of every command that talks to a server.
struct ServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The server's URL (ROOST_SERVER). Default: this machine, at the port of ROOST_PORT or config.json, else 8005.", valueName: "url"))
    var server: String?

    @Flag(help: "Print JSON; an error is JSON too, on standard error.")
    var json = false

    /// Returns a client of the named server, or of the one in the settings of this machine.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` for an invalid URL, `invalidConfiguration` for invalid
    ///   settings.
    func client() async throws -> RoostClient {
        if let named { return try RoostClient(server: named) }
        return try RoostClient(server: await ServerSettings.localURL(environment: ProcessInfo.processInfo.environment))
    }

    /// The URL in the option or the variable. An empty variable counts as not set.
    var named: String? { server ?? ProcessInfo.processInfo.environment["ROOST_SERVER"].flatMap { $0.isEmpty ? nil : $0 } }
}
