import ArgumentParser
import RoostCore
import RoostServer

/// `roost models rm`.
struct ModelsRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Remove a model from the disk; it can be pulled again.",
        discussion: """
            Content that another snapshot uses stays. A model that is in memory, or being pulled, is refused; --force takes it out of memory and cancels \
            the pull first, which needs the server.
            """)

    @Argument(help: "org/name, org/name:QUANT; with @REVISION for one revision.")
    var model: String
    @Flag(help: "Only remove what unfinished downloads have left.")
    var partials = false
    @Flag(help: "Remove it although it is in memory or being pulled.")
    var force = false
    @Flag(help: "Only say what would go.")
    var dryRun = false
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let removal = ModelRemoval(try ModelSelector(parsing: model), onlyPartials: partials, isForced: force, isDryRun: dryRun)
        let cleanup = try await options.withModels { try await $0.remove(removal) }
        if options.json { try JSONOutput.print(cleanup) } else { Terminal.print(cleanup.summary) }
    }
}
