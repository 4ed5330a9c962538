import ArgumentParser
import RoostClient
import RoostCore

/// `roost models`.
struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "models", abstract: "List the models on this machine.")

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let models = try await options.client().models()
        if options.json { return try JSONOutput.print(models) }
        guard !models.isEmpty else { return Terminal.print("No models. Pull one with `roost pull org/name`.") }
        var table = TextTable(columns: ["MODEL", "LOADED", "SIZE", "PATH"])
        for model in models {
            table.add([model.model, model.loaded ? "yes" : "no", ByteCount(model.sizeBytes).description, model.localPath])
        }
        Terminal.print(table)
    }
}
