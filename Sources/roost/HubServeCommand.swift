import ArgumentParser
import Foundation
import HTTPServing
import HubMirror
import Logging
import RoostCore
import RoostServer
import SystemPackage

/// `roost hub`: serves models to other machines.
struct HubCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hub", abstract: "Serve models to other machines.", subcommands: [HubServeCommand.self])
}

/// `roost hub serve`: a mirror for a LAN or a room without a network.
struct HubServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run a Hugging Face Hub that serves a folder, the Hub cache, and the files of an upstream.",
        discussion: """
            DIR/ORG/NAME/… is the model ORG/NAME, DIR/datasets/ORG/NAME/… a dataset. Clients (Roost, huggingface_hub, transformers, …) use the \
            mirror when HF_ENDPOINT is set to the address printed here. With --upstream, what is missing is fetched once, verified, and kept in \
            the Hub cache; the upstream's token is HF_TOKEN of this command, and all who may use the mirror read what that token may read.

            An address that other machines can reach needs a token (ROOST_MIRROR_TOKEN or --token-file), which clients send as HF_TOKEN, or --allow.
            """)

    @Argument(help: "The folder that holds the repositories; not needed with --upstream or --cache.", completion: .directory)
    var directory: String?

    @Option(help: ArgumentHelp("The hub to fetch missing files from, such as https://huggingface.co.", valueName: "url"))
    var upstream: String?

    @Flag(help: "Serve the Hub cache of this machine (HF_HUB_CACHE); --upstream does, too.")
    var cache = false

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 for any free one.")
    var port = 8006

    @Option(help: ArgumentHelp("A network that may read, such as 192.168.0.0/16 or fd00::/8; may be given more than once.", valueName: "network"))
    var allow: [String] = []

    @Option(
        help: ArgumentHelp(
            "Hosts that clients may reach a loopback mirror by, through a proxy, separated by commas: mirror.example, …", valueName: "hosts"))
    var allowedHosts: String?

    @Option(help: ArgumentHelp("A file with the token that clients need; other users may not read it (mode 0600).", valueName: "file"))
    var tokenFile: String?

    @Option(help: ArgumentHelp("Free space to keep on the disk of the cache, such as 2GiB. Default: 5 % of it, but at most 1GiB.", valueName: "size"))
    var diskReserve: String?

    @Option(help: ArgumentHelp("The most bytes per second for all clients together: 10MB, 500kB, …", valueName: "speed"))
    var throttle: String?

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port must be 0 to 65535; got \(port).") }
        guard diskReserve == nil || reserve != nil else { throw ValidationError("--disk-reserve must be a size such as 2GiB, 500MB or 0.") }
        guard directory != nil || upstream != nil || cache else {
            throw ValidationError("Name what to serve: a folder, --cache, or --upstream with the URL of a hub.")
        }
    }

    private var reserve: Int64? { diskReserve.flatMap { ByteCount(parsing: $0)?.bytes } }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let home = try ServerSettings.homeDirectory(flag: nil, environment: environment)
        var configuration = HubMirror.Configuration(
            directory: directory.map { FilePath($0) }, host: host, port: port, indexDirectory: home.appending("hub-index"),
            bandwidthLimit: try throttle.map { try HubMirror.bytesPerSecond(parsing: $0) })
        if cache || upstream != nil { try configuration.serveCache(environment: environment, upstream: upstream, diskReserve: reserve) }
        configuration.access = MirrorAccess(
            token: try MirrorAccess.token(environment: environment, file: tokenFile.map { FilePath($0) }),
            networks: try allow.map { try NetworkRange(parsing: $0) })
        try configuration.access.allow(hosts: (allowedHosts ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
        var logger = Logger(label: "roost.hub", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .warning
        try await HubMirror.serve(configuration, logger: logger) { line in
            // Unbuffered, also into a pipe, because scripts wait for the address.
            FileHandle.standardOutput.write(Data("\(line)\n".utf8))
        }
    }
}
