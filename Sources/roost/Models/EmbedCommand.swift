import ArgumentParser
import RoostAPI
import RoostClient
import RoostCore

/// `roost embed`.
struct EmbedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embed", abstract: "Print the vectors of texts, from an embedding model.",
        discussion: """
            Each TEXT is one text; without any, each line of standard input is one. Prints a vector as a JSON array on each line; with --json one object \
            with `model`, `embeddings` and `prompt_tokens`.
            """)

    @Argument(help: "The model.", completion: .models)
    var model: String
    @Argument(help: "The texts.")
    var text: [String] = []
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let texts = try text.isEmpty ? StandardInput.text().split(whereSeparator: \.isNewline).map(String.init) : text
        guard !texts.isEmpty, !texts.contains("") else {
            throw RoostError(.invalidRequest, "There is no text: write one after the model, or give lines on standard input.", field: "text")
        }
        let name = try ModelReference(parsing: model)
        let list = try await options.client().embed(texts, model: name.description)
        if options.json { return try JSONOutput.print(list) }
        for vector in list.embeddings { try JSONOutput.printLine(vector) }
    }
}
