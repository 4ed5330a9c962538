import ArgumentParser
import Foundation
import Logging
import RoostServer
import SystemPackage

/// `roost hub serve`: a mirror for a LAN or a room without a network.
struct HubServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve a folder of models as a Hugging Face Hub.",
        discussion: """
            DIR/ORG/NAME/… is the repository ORG/NAME. Clients (Roost, huggingface_hub, transformers, …) use it when HF_ENDPOINT is set to the
            address printed here. Only models are served, without passwords; dot files and links that lead out of DIR are not.
            """)

    @Argument(help: "The folder that holds the models.", completion: .directory)
    var directory: String

    @Option(help: "The address to listen on. Anything but a loopback address lets others read the files.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes any free one.")
    var port = 8006

    @Option(help: ArgumentHelp("Send no more than this in a second, over all clients: 10MB, 500kB, …", valueName: "speed"))
    var throttle: String?

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port must be 0 to 65535; got \(port).") }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let home = environment["ROOST_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? "\(NSHomeDirectory())/.roost"
        let configuration = HubMirror.Configuration(
            directory: FilePath(directory), host: host, port: port, indexDirectory: FilePath(home).appending("hub-index"),
            bandwidthLimit: try throttle.map { try HubMirror.bytesPerSecond(parsing: $0) })
        var logger = Logger(label: "roost.hub", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .warning
        try await HubMirror.serve(configuration, logger: logger) { line in
            // Line by line, also into a pipe: scripts wait for the address.
            FileHandle.standardOutput.write(Data("\(line)\n".utf8))
        }
    }
}
