import ArgumentParser
import Interaction
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
        let texts = try text.isEmpty ? lines() : text
        guard !texts.isEmpty, !texts.contains("") else {
            throw RoostError(.invalidRequest, "There is no text: write one after the model, or give lines on standard input.", field: "text")
        }
        let name = try ModelReference(parsing: model)
        let list = try await options.client().embed(texts, model: name.description)
        if options.json { return try JSONOutput.print(list) }
        for vector in list.embeddings { try JSONOutput.printLine(vector) }
    }

    /// The lines of standard input. Each has a vector, so that none may be empty; other characters that end lines are part of a text.
    private func lines() throws -> [String] {
        let all = try StandardInput.text(hint: "each of its lines gets a vector")
        guard !all.trimmed.isEmpty else { return [] }
        var lines = all.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(Substring($0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0)) }
        // After the end of the last line.
        if lines.last == "" { lines.removeLast() }
        if let empty = lines.firstIndex(of: "") {
            throw RoostError(.invalidRequest, "Line \(empty + 1) is empty, and has no vector; leave it out.", field: "text")
        }
        return lines
    }
}
