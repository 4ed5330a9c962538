import ArgumentParser
import RoostAPI
import RoostClient
import RoostCore

/// `roost load`.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Load a model into memory.",
        discussion: "Without --keep-alive and --pin, only loads it. A pin ends with `roost unload`, or with --no-pin.")

    @Argument(help: "org/name:QUANT.")
    var model: String
    @Option(help: "How long it stays after each request: \(KeepAlive.allowed).")
    var keepAlive: String?
    @Flag(inversion: .prefixedNo, help: "Whether it never leaves memory for another model.")
    var pin: Bool?
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let loaded = try await options.client().load(ModelReference(parsing: model), keepAlive: keepAlive, isPinned: pin)
        if options.json { return try JSONOutput.print(loaded) }
        Terminal.print(
            "\(loaded.model) is in memory, with \(loaded.context.length) tokens of context, \(loaded.context.slots) at once: \(loaded.context.reason)."
        )
    }
}
