import ArgumentParser
import RoostClient

/// `roost unload`.
struct UnloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "unload", abstract: "Unload a model from memory; its files are kept.")

    @OptionGroup var unloading: Unloading

    func run() async throws { try await unloading.run() }
}

/// `roost stop`. Not only another name of `unload`: completion scripts know no other names.
struct StopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Take a model out of memory; its files are kept. The same as `roost unload`.")

    @OptionGroup var unloading: Unloading

    func run() async throws { try await unloading.run() }
}

/// The arguments and the work of both.
struct Unloading: ParsableArguments {
    @Argument(help: "org/name:QUANT, or org/name for all of its quantisations.", completion: .models)
    var model: String
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let client = try await options.client()
        try await client.unload(model)
        if options.json { try JSONOutput.print(["model": model, "status": "unloaded"]) } else { Terminal.print("\(model) is not in memory.") }
    }
}
