import ArgumentParser
import RoostAPI
import RoostCore

/// `roost models list`.
struct ModelsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the models on this machine.", aliases: ["ls"])

    @Flag(help: "List the rests of unfinished downloads instead.")
    var partials = false
    @OptionGroup var options: ServerOptions

    func run() async throws {
        if partials { try await listPartials() } else { try await listModels() }
    }

    private func listModels() async throws {
        let models = try await options.withModels { try await $0.list() }
        if options.json { return try JSONOutput.print(models) }
        guard !models.isEmpty else { return Terminal.print("No models. Pull one with `roost pull org/name`.") }
        var table = TextTable(columns: [.name("MODEL"), "LOADED", "SIZE", "FROM", .name("PATH")])
        for model in models {
            let origin = model.origin == .converted ? "weights" : model.origin.rawValue
            table.add([model.model, model.loaded ? "yes" : "no", ByteCount(model.sizeBytes).description, origin, model.localPath])
        }
        Terminal.print(table)
    }

    private func listPartials() async throws {
        let partials = try await options.withModels { try await $0.partials() }
        if options.json { return try JSONOutput.print(partials) }
        guard !partials.isEmpty else { return Terminal.print("No partial files.") }
        Terminal.print(TextTable(partials))
    }
}

extension TextTable {
    /// Unfinished downloads as a table.
    init(_ partials: [PartialDownload]) {
        self.init(columns: [.name("MODEL"), "SIZE", "BY", "LAST WRITTEN", .name("STATE"), .name("PATH")])
        for partial in partials {
            let state = partial.isInUse ? "in use" : partial.jobID.map { "of job \($0)" } ?? "left"
            add([partial.model, ByteCount(partial.bytes).description, partial.writer, partial.modifiedAt.rawValue, state, partial.path])
        }
    }
}
