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
    @Option(help: "The tokens of its context, or auto for its own. Ends the model's engine if it has another one and is not in use.")
    var context: String?
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let (client, reference, length) = (try await options.client(), try ModelReference(parsing: model), try contextLength())
        let reporter = VerifyReporter(isQuiet: options.json)
        let loaded: LoadAnswer
        do {
            // Ends with the load.
            async let _ = Self.show(reference, of: client, by: reporter)
            loaded = try await client.load(reference, keepAlive: keepAlive, isPinned: pin, contextLength: length)
        } catch {
            reporter.end()
            throw error
        }
        reporter.end()
        if options.json { return try JSONOutput.print(loaded) }
        Terminal.print(
            "\(loaded.model) is in memory, with \(loaded.context.length) tokens of context, \(loaded.context.slots) at once: \(loaded.context.reason)."
        )
    }

    /// Shows how far the load of a model is, until it is cancelled.
    private static func show(_ model: ModelReference, of client: RoostClient, by reporter: VerifyReporter) async {
        while (try? await Task.sleep(for: .milliseconds(250))) != nil {
            // The progress is not worth an error; the load itself has one.
            guard let engines = try? await client.engines().engines else { continue }
            let progress = engines.first { engine in
                engine.model == model.description || (model.variant == nil && engine.model.hasPrefix("\(model.repository):"))
            }?.load
            if let progress { reporter.show(progress) }
        }
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
