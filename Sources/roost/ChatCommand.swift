import ArgumentParser
import Foundation
import RoostAPI
import RoostClient
import RoostCore

/// `roost chat`.
struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat", abstract: "Chat with a model.",
        discussion: """
            With a message, or with text on standard input, prints the answer and ends. With both, the text follows the message:
              roost chat MODEL "Sum this up:" < notes.txt
            Without a message, and with a terminal as standard input, every line is a message, until the end of input.
            What a model thinks before its answer is written to standard error.
            """)

    @Argument(help: "org/name, org/name:QUANT or org/name:FILE; it must be on this machine.")
    var model: String
    @Argument(help: "The message.")
    var message: [String] = []
    @Option(help: "Instructions to the model.")
    var system: String?
    @Option(help: "The most tokens to generate.")
    var maxTokens: Int = 512
    @Option(help: "The sampling temperature: 0.0 (always the most likely token) to 2.0.")
    var temperature: Double = 0.7
    @Option(help: "Seconds the answer may take, 1 to 600.")
    var timeout: Double = 120
    @OptionGroup var options: ServerOptions

    func validate() throws {
        guard (1...600).contains(timeout) else { throw ValidationError("--timeout must be 1 to 600 seconds.") }
        guard maxTokens > 0 else { throw ValidationError("--max-tokens must be 1 or more.") }
    }

    func run() async throws {
        let client = try await options.client()
        let interrupt = Interrupt { nil }
        defer { interrupt.cancel() }
        var messages = system.map { [ChatMessage(role: .system, content: $0)] } ?? []
        if let text = try request() {
            messages.append(ChatMessage(role: .user, content: text))
            _ = try await answer(messages, from: client)
            return
        }
        while let line = nextLine() {
            guard !line.isEmpty else { continue }
            messages.append(ChatMessage(role: .user, content: line))
            messages.append(ChatMessage(role: .assistant, content: try await answer(messages, from: client)))
        }
    }

    /// Returns the message and the text on standard input; `nil` for an interactive chat.
    private func request() throws -> String? {
        let words = message.joined(separator: " ")
        guard !Terminal.hasTerminalInput else { return words.isEmpty ? nil : words }
        let parts = [words, try StandardInput.text()].filter { !$0.isEmpty }
        guard !parts.isEmpty else {
            throw RoostError(.invalidRequest, "There is no message: write one after the model, or give one on standard input.", field: "message")
        }
        return parts.joined(separator: "\n\n")
    }

    private func nextLine() -> String? {
        if Terminal.hasTerminalOutput { Terminal.write("> ") }
        return readLine()
    }

    private func answer(_ messages: [ChatMessage], from client: RoostClient) async throws -> String {
        let request = ChatRequest(model: model, messages: messages, maxTokens: maxTokens, temperature: temperature, timeout: timeout)
        if options.json {
            let response = try await client.chat(request)
            try JSONOutput.print(response)
            return response.message.content
        }
        var text = ""
        let reason = try await client.chat(request, onReasoning: Terminal.writeError) { piece in
            text += piece
            Terminal.write(piece)
        }
        Terminal.write("\n")
        if reason == "length" { Terminal.printError("(cut at \(maxTokens) tokens; --max-tokens allows more)") }
        return text
    }
}
