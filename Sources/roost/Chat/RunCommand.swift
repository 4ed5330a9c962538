import ArgumentParser
import RoostAPI
import RoostClient
import RoostCore

/// `roost run`.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Chat with a model; pulls it first if it is not on this machine, and loads it.",
        discussion: """
            With a message, or with text on standard input, prints the answer and ends. With both, the text follows the message:
              cat notes.txt | roost run MODEL "Summarise:"
            Without a message, on a terminal, it is a conversation; /? lists what can be done there.
            The pull is a job of the server: ending this command does not end it.
            """)

    @Argument(help: "org/name, org/name:QUANT, a name on this machine, or the address of a page on the Hub.", completion: .models)
    var model: String
    @Argument(help: "The message.")
    var message: [String] = []
    @OptionGroup(title: "Answers") var chat: ChatOptions
    @OptionGroup var options: ServerOptions

    func run() async throws {
        // Mistakes of the command line before gigabytes are fetched.
        let name = try ModelAddress(parsing: model)?.model ?? ModelReference(parsing: model)
        var conversation = try chat.conversation(with: name.description, maxTokens: 4096, timeout: 600)
        let chat = Chat(client: try await options.client(), json: options.json)
        let text = try chat.message(message)
        try await ModelAtHand(client: chat.client, json: options.json).prepare(name, typed: model)
        guard let text else { return try await InteractiveChat(chat).run(&conversation) }
        let interrupt = Interrupt { nil }
        defer { interrupt.cancel() }
        try await chat.answer(text, in: conversation)
    }
}
