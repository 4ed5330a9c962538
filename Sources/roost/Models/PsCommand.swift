import ArgumentParser
import RoostAPI
import RoostClient
import RoostCore

/// `roost ps`.
struct PsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ps", abstract: "List the models in memory, and what they are doing.",
        discussion: "With --json, the engines as in `GET /engines`.")

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let engines = try await options.client().engines().engines
        if options.json { return try JSONOutput.print(engines) }
        guard !engines.isEmpty else { return Terminal.print("No model is in memory. `roost run MODEL` loads one.") }
        var table = TextTable(columns: [.name("MODEL"), "STATE", "MEMORY", "CONTEXT", "RUNNING", "WAITING", .prose("NOTE")])
        for engine in engines {
            let note = engine.load?.message ?? engine.lastError ?? (engine.restarts > 0 ? "restarted \(engine.restarts) times" : "-")
            table.add([
                engine.model, engine.state, engine.needBytes.map { ByteCount($0).description } ?? "-", engine.contextLength.map(String.init) ?? "-",
                engine.slots.map { "\(engine.running) of \($0)" } ?? "\(engine.running)", "\(engine.waiting)", note,
            ])
        }
        Terminal.print(table)
    }
}
