import ArgumentParser

/// `roost chat`.
struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat", abstract: "Chat with a model of this machine; `roost run` pulls it first.",
        discussion: """
            With a message, or with text on standard input, prints the answer and ends. With both, the text follows the message:
              roost chat MODEL "Sum this up:" < notes.txt
            Without a message, on a terminal, it is a conversation; /? lists what can be done there.
            What a model thinks before its answer is written to standard error.
            """)

    @Argument(help: "org/name, org/name:QUANT or org/name:FILE; it must be on this machine.", completion: .models)
    var model: String
    @Argument(help: "The message.")
    var message: [String] = []
    @OptionGroup(title: "Answers") var chat: ChatOptions
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let chat = Chat(client: try await options.client(), json: options.json)
        var conversation = try self.chat.conversation(with: model, maxTokens: 512, timeout: 120)
        guard let text = try chat.message(message) else { return try await InteractiveChat(chat).run(&conversation) }
        let interrupt = Interrupt { nil }
        defer { interrupt.cancel() }
        try await chat.answer(text, in: conversation)
    }
}
