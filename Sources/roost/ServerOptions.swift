import ArgumentParser
import Foundation
import RoostClient

/// The options of every command that talks to a server.
struct ServerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The server's URL (ROOST_SERVER). Default: http://127.0.0.1:8005.", valueName: "url"))
    var server: String?

    @Flag(help: "Print JSON.")
    var json = false

    func client() throws -> RoostClient {
        try RoostClient(server: server ?? ProcessInfo.processInfo.environment["ROOST_SERVER"] ?? "http://127.0.0.1:8005")
    }
}
