import ArgumentParser
import ModelLibrary
import RoostAPI
import RoostClient
import RoostCore

/// `roost models rm`.
struct ModelsRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Remove a model from the disk; it can be pulled again.",
        discussion: """
            Content that another snapshot uses is kept. A model that is in memory, or being pulled, is refused; --force unloads it and cancels \
            the pull first, which needs the server.
            """)

    @Argument(help: "org/name, org/name:QUANT; with @REVISION for one revision; or an alias, whose model stays.", completion: .models)
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
        let cleanup: CacheCleanup
        do {
            cleanup = try await options.withModels { try await $0.remove(removal) }
        } catch let error as RoostError where [.modelNotFound, .ambiguousModel].contains(error.code) && !partials && !dryRun {
            guard try await removeAlias(removal.selector) else { throw error }
            return
        }
        if options.json { try JSONOutput.print(cleanup) } else { Terminal.print(cleanup.summary) }
    }

    /// Removes the alias of a name that no model has.
    ///
    /// - Returns: Whether there was one.
    private func removeAlias(_ selector: ModelSelector) async throws -> Bool {
        guard selector.revision == nil, let client = try? await options.client() else { return false }
        do {
            try await client.removeAlias(selector.model)
        } catch let error as RoostError where [.notFound, .serverUnreachable].contains(error.code) {
            return false
        }
        let cleanup = CacheCleanup(isDryRun: false)
        if options.json { try JSONOutput.print(cleanup) } else { Terminal.print("\(selector.model) is no alias any more; its model stays.") }
        return true
    }
}
