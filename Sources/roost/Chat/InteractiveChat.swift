import Foundation
import Interaction
import RoostAPI
import RoostClient
import RoostCore
import Synchronization

/// A conversation on a terminal.
struct InteractiveChat {
    /// Runs some work that a person may stop, and returns whether it was done to its end.
    private typealias Runner = (@escaping @Sendable () async throws -> Void) async throws -> Bool

    private let chat: Chat
    private let notes = ChatNotes(environment: ProcessInfo.processInfo.environment)

    init(_ chat: Chat) { self.chat = chat }

    /// Converses until the end of input.
    ///
    /// - Parameter conversation: The conversation so far.
    /// - Throws: `RoostError` when the terminal cannot be used.
    func run(_ conversation: inout Conversation) async throws {
        guard Terminal.hasTerminalOutput, Terminal.isCapable else { return try await runPlainly(&conversation) }
        Terminal.print("\(conversation.request.model); /? for help, Ctrl-D to end.")
        let terminal = RawTerminal()
        defer { terminal.end() }
        var reader = PromptReader(history: notes.history(), onLine: notes.addToHistory)
        while let entry = await reader.next() {
            if case .instruction(.bye) = entry { return }
            try await react(to: entry, in: &conversation) { try await reader.during($0) }
        }
    }

    /// A conversation without an editor: on a terminal without escape sequences, or with the output elsewhere.
    private func runPlainly(_ conversation: inout Conversation) async throws {
        let interrupt = Interrupt { nil }
        defer { interrupt.cancel() }
        var input = MessageInput()
        while true {
            if Terminal.hasTerminalOutput { Terminal.write(input.isOpen ? "... " : ">>> ") }
            guard let line = readLine() else { return }
            let entry = PromptReader.Entry(line, &input)
            if case .instruction(.bye) = entry { return }
            guard let entry else { continue }
            try await react(to: entry, in: &conversation) { work in
                try await work()
                return true
            }
        }
    }

    /// Does what was entered. An error does not end the conversation: another question, or the same again, may succeed.
    private func react(to entry: PromptReader.Entry, in conversation: inout Conversation, _ run: Runner) async throws {
        do {
            switch entry {
            case .message(let text): try await ask(text, in: &conversation, run)
            case .instruction(let instruction): try await follow(instruction, in: &conversation, run)
            }
        } catch let error as RoostError where error.code == .contextLengthExceeded {
            Terminal.printFailure(
                "The conversation with this message is longer than the context of the model. `/set context N` gives it a longer one, `/clear` forgets what was said."
            )
        } catch let error as RoostError {
            Terminal.printFailure(error.message)
        }
    }

    /// Asks a question and prints the answer.
    ///
    /// - Parameters:
    ///   - text: The question.
    ///   - conversation: The conversation, which gets both.
    ///   - run: Runs the work, and returns whether it was done to its end.
    /// - Throws: The errors of `run`.
    private func ask(_ text: String, in conversation: inout Conversation, _ run: Runner) async throws {
        let answer = CollectedText()
        let (chat, request, asked) = (chat, conversation.asking(text), conversation)
        let isWhole = try await run { try await chat.stream(request, asked) { answer.add($0) } }
        if !isWhole { Terminal.print("\n(stopped)") }
        let said = answer.text
        // A question whose answer was stopped before it began counts as not asked.
        if isWhole || !said.isEmpty { conversation.add(text, answer: said) }
    }

    private func follow(_ instruction: ChatInstruction, in conversation: inout Conversation, _ run: Runner) async throws {
        switch instruction {
        case .bye: break
        case .help: Terminal.print(ChatInstruction.guide)
        case .wrong(let advice): Terminal.print(advice)
        case .show: Terminal.print(conversation.summary)
        case .clear:
            conversation.request.messages = []
            conversation.images = []
            Terminal.print("The conversation is forgotten.")
        case .system(let text):
            conversation.system = text.isEmpty ? nil : text
            Terminal.print(text.isEmpty ? "The model gets no instructions." : "The instructions are set.")
        case .set(let name, let value):
            try conversation.set(name, to: value)
            Terminal.print("\(name) is \(value).")
        case .image(let path):
            conversation.images.append(try ImageFile(path: path).url)
            Terminal.print("The image goes with the next message.")
        case .save(let name):
            let path = try notes.save(conversation, as: name)
            Terminal.print("The conversation is in \(path); /load \(name) continues it.")
        case .load(let name): try await load(name, in: &conversation, run)
        }
    }

    private func load(_ name: String, in conversation: inout Conversation, _ run: Runner) async throws {
        if var stored = try notes.conversation(named: name) {
            // What is shown belongs to this chat and not to the conversation.
            (stored.isVerbose, stored.hidesThinking) = (conversation.isVerbose, conversation.hidesThinking)
            conversation = stored
            return Terminal.print("The conversation with \(stored.request.model) goes on, after \(stored.request.messages.count) messages.")
        }
        let model = try ModelAddress(parsing: name)?.model ?? ModelReference(parsing: name)
        let load = ModelLoad(client: chat.client, isQuiet: !Terminal.isInteractive)
        guard try await run({ _ = try await load.run(model) }) else {
            return Terminal.print("(stopped; \(conversation.request.model) answers as before)")
        }
        conversation.request.model = model.description
        Terminal.print("\(model) answers from now on.")
    }
}

/// The text of an answer, from the task that prints it.
private final class CollectedText: Sendable {
    private let collected = Mutex("")

    var text: String { collected.withLock(\.self) }

    func add(_ piece: String) { collected.withLock { $0 += piece } }
}
