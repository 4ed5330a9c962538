import ArgumentParser
import RoostAPI
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
        let before = try await client.engines().engines.map(\.model)
        try await client.unload(model)
        if options.json { return try JSONOutput.print(["model": model, "status": "unloaded"]) }
        let after = try await client.engines().engines.map(\.model)
        let ended = before.filter { !after.contains($0) }
        Terminal.print(
            ended.isEmpty
                ? "\(model) was not in memory. `roost ps` shows what is."
                : "\(ended.sorted().joined(separator: ", ")) \(ended.count == 1 ? "is" : "are") no longer in memory.")
    }
}
