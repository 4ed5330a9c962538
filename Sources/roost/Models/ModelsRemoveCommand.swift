import ArgumentParser
import ModelLibrary
import RoostCore

/// `roost models rm`.
struct ModelsRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Remove a model from the disk; it can be pulled again.",
        discussion: """
            Content that another snapshot uses is kept. A model that is in memory, or being pulled, is refused; --force unloads it and cancels \
            the pull first, which needs the server.
            """)

    @Argument(help: "org/name, org/name:QUANT; with @REVISION for one revision.")
    var model: String
    @Flag(help: "Only remove the rests of unfinished downloads.")
    var partials = false
    @Flag(help: "Remove it even while it is in memory or being pulled.")
    var force = false
    @Flag(help: "Only show what would be removed.")
    var dryRun = false
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let removal = ModelRemoval(try ModelSelector(parsing: model), onlyPartials: partials, isForced: force, isDryRun: dryRun)
        let cleanup = try await options.withModels { try await $0.remove(removal) }
        if options.json { try JSONOutput.print(cleanup) } else { Terminal.print(cleanup.summary) }
    }
}
