import ArgumentParser
import RoostAPI
import RoostClient
import RoostCore

/// `roost load`.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Load a model into memory.",
        discussion: "Without --keep-alive and --pin, only loads it. A pin ends with `roost unload`, or with --no-pin.")

    @Argument(help: "org/name:QUANT.", completion: .models)
    var model: String
    @Option(help: "How long it stays after each request: \(KeepAlive.allowed).")
    var keepAlive: String?
    @Flag(inversion: .prefixedNo, help: "Whether it never leaves memory for another model.")
    var pin: Bool?
    @Option(help: "The tokens of its context, or auto for its own. Ends the model's engine if it has another one and is not in use.")
    var context: String?
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let (client, reference, length) = (try await options.client(), try ModelReference(parsing: model), try contextLength())
        let loaded = try await ModelLoad(client: client, isQuiet: options.json)
            .run(reference, keepAlive: keepAlive, isPinned: pin, contextLength: length)
        if options.json { return try JSONOutput.print(loaded) }
        Terminal.print(
            "\(loaded.model) is in memory, with \(loaded.context.length) tokens of context, \(loaded.context.slots) at once: \(loaded.context.reason)."
        )
    }

    private func contextLength() throws -> Int? {
        guard let context else { return nil }
        if context == "auto" { return 0 }
        guard let length = Int(context), length > 0 else {
            throw ValidationError("--context must be a number of tokens or auto; it is \(context.quotedForPeople).")
        }
        return length
    }
}
