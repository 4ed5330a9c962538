import ArgumentParser
import RoostAPI
import RoostClient
import RoostCore

/// `roost cp`.
struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cp", abstract: "Give a model of this machine another name, without a copy of its files.",
        discussion: "The name is an alias: `roost alias` lists, changes and removes it. With --json, the alias.")

    @Argument(help: "The model.", completion: .models)
    var model: String
    @Argument(help: "The new name, such as helper or team/helper:fast.")
    var name: String
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let client = try await options.client()
        let name = try ModelReference(parsing: name)
        let source = try ModelReference(parsing: model)
        // A name that means nothing would be noticed only at its first use.
        let known = try await client.fit(source).model
        let preset = try await client.aliases().first { $0.isNamed(source) }?.preset ?? ModelPreset()
        let alias = try await client.setAlias(ModelAlias(name: name, model: try ModelReference(parsing: known), preset: preset))
        if options.json { return try JSONOutput.print(alias) }
        Terminal.print("\(alias.name) is \(alias.model).")
    }
}
