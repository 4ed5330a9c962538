import ArgumentParser
import RoostClient

/// `roost unload`.
struct UnloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "unload", abstract: "Unload a model from memory; its files are kept.")

    @Argument(help: "org/name:QUANT, or org/name for all of its quantisations.")
    var model: String
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let client = try await options.client()
        try await client.unload(model)
        if options.json { try JSONOutput.print(["model": model, "status": "unloaded"]) } else { Terminal.print("\(model) is not in memory.") }
    }
}
