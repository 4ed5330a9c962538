import ArgumentParser
import RoostClient
import RoostCore

/// `roost alias remove`.
struct AliasRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove an alias; its model is kept.", aliases: ["rm"])

    @Argument(help: "The alias's name.", completion: .aliases)
    var name: String
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let name = try ModelReference(parsing: name)
        try await options.client().removeAlias(name)
        if options.json {
            try JSONOutput.print(["name": name.description, "status": "removed"])
        } else {
            Terminal.print("\(name) is no alias any more.")
        }
    }
}
