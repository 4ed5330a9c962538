public import ArgumentParser
import Foundation
import RoostClient
public import RoostCore

/// `roost pull`.
struct PullCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Pull a model from the Hub as a durable job.",
        discussion: "The server does the work. Ending this command, or losing the connection, does not end the pull; `roost jobs` shows it.")

    @Argument(help: "org/name, or org/name:QUANT such as org/name:Q4_K_M.")
    var model: String
    @Option(help: "auto, q4, fp16 or no.")
    var quantize: QuantizationPolicy = .auto
    @Flag(name: .customLong("init"), help: "Load the model once it is here.")
    var initialize = false
    @Flag(help: "Return as soon as the job is accepted.")
    var detach = false
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let client = try options.client()
        let accepted = try await client.pull(PullRequest(model: model, quantize: quantize, initialize: initialize))
        if detach {
            if options.json { try JSONOutput.print(accepted) } else { Terminal.print(accepted.jobID) }
            return
        }
        let job = try await PullWatcher(client: client, jobID: accepted.jobID, json: options.json).watch()
        guard job.status == .succeeded else { throw ExitCode(1) }
    }
}

extension QuantizationPolicy: ExpressibleByArgument {}
