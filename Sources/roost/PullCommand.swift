public import ArgumentParser
import Foundation
import RoostAPI
import RoostClient
public import RoostCore

/// `roost pull`.
struct PullCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Pull a model from the Hub as a durable job.",
        discussion: """
            The server does the work. Ending this command, or losing the connection, does not end the pull; `roost jobs` shows it. Exits 0 when the pull \
            has succeeded, 1 when it has failed, 2 when the model is here and could not be loaded as --init asked.
            """)

    @Argument(help: "org/name, org/name:QUANT such as org/name:Q4_K_M, org/name:FILE, or the address of its page on the Hub.")
    var model: String
    @Option(help: "auto, q4, fp16 or no; also q4_0, q5, q6, q8 or bf16.")
    var quantize: QuantizationPolicy = .auto
    @Flag(name: .customLong("init"), help: "Load the model after the pull.")
    var initialize = false
    @Option(help: "The branch, tag or commit. Default: main.")
    var revision: String?
    @Option(parsing: .unconditional, help: "-100 to 100; higher ones start first; 0 without it. One point is worth ten minutes of waiting.")
    var priority: Int?
    @Option(help: "A label to find the job by; may be given up to 16 times.")
    var tag: [String] = []
    @Option(help: "The user, to find the job by.")
    var user: String?
    @Option(help: "The workspace, to find the job by.")
    var workspace: String?
    @Option(help: "The most consecutive tries that may fail without receiving a byte, 0 to 100. Default: 10.")
    var maxRetries: Int?
    @Option(help: "Only files that match this pattern, such as '*.json'; may be given up to 64 times.")
    var include: [String] = []
    @Option(help: "No file that matches this pattern; may be given up to 64 times.")
    var exclude: [String] = []
    @Flag(help: "Leave out the projector (mmproj file), without which the model sees no images and hears no sounds.")
    var noProjector = false
    @Option(help: "The most bytes per second, such as 20MB; 64KiB or more.")
    var maxRate: ByteRate?
    @Flag(help: "Only show what would be fetched, whether it fits, and why this quantisation is chosen.")
    var dryRun = false
    @Flag(help: "Return as soon as the job is accepted.")
    var detach = false
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let client = try await options.client()
        if dryRun { return try PullPreviewPrinter(json: options.json).print(try await client.preview(request)) }
        let accepted = try await client.pull(request)
        if detach {
            if options.json { try JSONOutput.print(accepted) } else { Terminal.print(accepted.jobID) }
            return
        }
        try await PullWatcher(client: client, jobID: accepted.jobID, output: options.json ? .json : .text).watchToTheEnd()
    }

    private var request: PullRequest {
        var request = PullRequest(model: model, quantize: quantize, initialize: initialize)
        request.revision = revision
        request.priority = priority
        request.tags = tag.isEmpty ? nil : tag
        request.userID = user
        request.workspaceID = workspace
        request.maxRetries = maxRetries
        request.allowPatterns = include.isEmpty ? nil : include
        request.ignorePatterns = exclude.isEmpty ? nil : exclude
        request.projector = noProjector ? false : nil
        request.maxBytesPerSecond = maxRate?.bytesPerSecond
        return request
    }
}

extension QuantizationPolicy: ExpressibleByArgument {}

extension ByteRate: ExpressibleByArgument {
    /// Parses a rate.
    ///
    /// - Parameter argument: A rate such as `20MB`.
    public init?(argument: String) { self.init(parsing: argument) }
}
