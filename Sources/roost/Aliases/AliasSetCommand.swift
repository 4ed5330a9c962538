import ArgumentParser
import Foundation
import RoostAPI
import RoostClient
import RoostCore

/// `roost alias set`.
struct AliasSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Add an alias, or replace the one of the same name.",
        discussion: """
            Every API then accepts the name in place of the model's. The system prompt is for conversations that have none, and a parameter for requests that do not set it.
            """)

    @Argument(help: "The new name, such as smollm2 or team/helper:fast.")
    var name: String
    @Argument(help: "The model: org/name, or org/name:QUANT.", completion: .models)
    var model: String
    @Option(help: "The system prompt.")
    var system: String?
    @Option(
        name: [.long, .customShort("p")],
        help: ArgumentHelp("A parameter by Ollama's name, such as temperature=0.2 or num_ctx=4096; may be repeated.", valueName: "name=value"))
    var parameter: [String] = []
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let alias = ModelAlias(
            name: try ModelReference(parsing: name), model: try ModelReference(parsing: model),
            preset: ModelPreset(system: system, parameters: try parameters()))
        let stored = try await options.client().setAlias(alias)
        if options.json { return try JSONOutput.print(stored) }
        Terminal.print("\(stored.name) is \(stored.model).")
    }

    private func parameters() throws -> [String: ModelPreset.Value]? {
        ModelPreset.parameters(
            try parameter.map { text in
                guard let mark = text.firstIndex(of: "="), mark != text.startIndex else {
                    throw ValidationError("--parameter must be NAME=VALUE, such as temperature=0.2; got \(text.quotedForPeople).")
                }
                return (String(text[..<mark]), String(text[text.index(after: mark)...]))
            })
    }
}
