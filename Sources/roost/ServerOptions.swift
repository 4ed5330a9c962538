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

    /// A client of the server that was named, or of the one that the settings of this machine describe.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` for a URL that is none, `invalidConfiguration` for settings that cannot be used.
    func client() async throws -> RoostClient {
        if let named { return try RoostClient(server: named) }
        return try RoostClient(server: await ServerSettings.localURL(environment: ProcessInfo.processInfo.environment))
    }

    /// The URL that was named. An empty variable names nothing.
    var named: String? { server ?? ProcessInfo.processInfo.environment["ROOST_SERVER"].flatMap { $0.isEmpty ? nil : $0 } }
}
