import ArgumentParser
import RoostAPI
import RoostClient
import RoostCore

/// `roost version`.
struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version of this command, and of the server that answers.",
        discussion: "With --json: `client`, `server` (null when none answers) and `server_url`.")

    @OptionGroup var options: ServerOptions

    private struct Versions: Encodable {
        let client = RoostVersion.current
        @ExplicitNull var server: String?
        let server_url: String
    }

    func run() async throws {
        let client = try await options.client()
        // Without an answer, also of a server that needs a key, there is only the version of the command.
        let server = try? await client.status().version
        if options.json { return try JSONOutput.print(Versions(server: server, server_url: client.server)) }
        Terminal.print("roost \(RoostVersion.current)")
        switch server {
        case nil: Terminal.print("no server tells its version at \(client.server)")
        case RoostVersion.current?: break
        case let other?: Terminal.print("server \(other) at \(client.server); restart it for the version of this command")
        }
    }
}
