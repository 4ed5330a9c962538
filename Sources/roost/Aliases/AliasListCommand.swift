import ArgumentParser
import RoostAPI
import RoostClient
import RoostCore

/// `roost alias list`.
struct AliasListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the aliases.", aliases: ["ls"])

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let aliases = try await options.client().aliases()
        if options.json { return try JSONOutput.print(aliases) }
        guard !aliases.isEmpty else { return Terminal.print("No aliases. Add one with `roost alias set NAME MODEL`.") }
        var table = TextTable(columns: [.name("NAME"), .name("MODEL"), "SYSTEM", "PARAMETERS"])
        for alias in aliases {
            let parameters = (alias.preset.parameters ?? [:]).keys.sorted().joined(separator: ", ")
            table.add([alias.name.description, alias.model.description, alias.preset.system == nil ? "no" : "yes", parameters])
        }
        Terminal.print(table)
    }
}
