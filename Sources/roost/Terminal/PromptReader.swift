import Interaction
import RoostCore

/// Reads the entries of an interactive chat from the terminal, with an editor.
struct PromptReader {
    /// What a person entered.
    enum Entry {
        case message(String)
        case instruction(ChatInstruction)
    }

    /// The milliseconds after which a sequence of the terminal is complete: an escape alone is the Escape key.
    private static let sequencePause: CInt = 50
    /// The milliseconds between two looks at whether an answer is complete.
    private static let answerPause: CInt = 50

    private var decoder = KeyDecoder()
    private var editor: LineEditor
    private var message = MessageInput()
    /// Keys that came with the last ones and are not processed yet.
    private var keys: ArraySlice<Key> = []
    /// Entries for the history file.
    private let onLine: (String) -> Void

    /// Creates a reader.
    ///
    /// - Parameters:
    ///   - history: The lines of earlier chats.
    ///   - onLine: Gets each line that was entered.
    init(history: InputHistory, onLine: @escaping (String) -> Void) {
        editor = LineEditor(history: history)
        self.onLine = onLine
    }

    private var prompt: String { message.isOpen ? "... " : ">>> " }

    /// Waits for the next entry.
    ///
    /// - Returns: The entry; `nil` at the end of input.
    mutating func next() async -> Entry? {
        while true {
            while let key = keys.popFirst() {
                switch apply(editor.handle(key)) {
                case .some(.some(let entry)): return entry
                case .some(.none): return nil
                case .none: continue
                }
            }
            Terminal.draw(editor.screen(prompt: prompt, columns: Terminal.columns))
            guard let bytes = await TerminalInput.read(atMost: decoder.isInSequence ? Self.sequencePause : nil) else { return nil }
            if bytes.isEmpty { decoder.settle() }
            keys = decoder.decode(bytes)[...]
        }
    }

    /// Does some work until Ctrl-C. What else is typed meanwhile is kept for the next entry.
    ///
    /// - Parameter work: The work; it is cancelled at Ctrl-C.
    /// - Returns: Whether it was done to its end.
    /// - Throws: The errors of `work`.
    mutating func during(_ work: @escaping @Sendable () async throws -> Void) async throws -> Bool {
        let isDone = WatchedState(false)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { isDone.change { $0 = true } }
                try await work()
            }
            while !isDone.current {
                let bytes = await TerminalInput.read(atMost: Self.answerPause)
                if bytes?.isEmpty == true { decoder.settle() }
                let typed = bytes.map { decoder.decode($0) }
                guard let typed, !typed.contains(.interrupt) else {
                    keys = []
                    group.cancelAll()
                    return false
                }
                keys += typed
            }
            try await group.next()
            return true
        }
    }

    /// Shows what a key did.
    ///
    /// - Returns: `nil` to go on; otherwise the entry, or the end of input.
    private mutating func apply(_ effect: LineEditor.Effect) -> Entry?? {
        switch effect {
        case .edited: return nil
        case .refused: Terminal.draw("\u{07}")
        case .cleared: Terminal.draw("\u{1B}[H\u{1B}[2J")
        case .interrupted(let hadText):
            let begun = hadText || message.isOpen
            message.drop()
            Terminal.draw("\r\u{1B}[K")
            if !begun { Terminal.print("Ctrl-D or /bye ends the chat.") }
        case .ended:
            Terminal.draw("\r\u{1B}[K")
            return .some(nil)
        case .submitted(let line):
            Terminal.draw(LineEditor.finished(line, prompt: prompt))
            if let entry = enter(line) { return .some(entry) }
        }
        return nil
    }

    private mutating func enter(_ line: String) -> Entry? {
        if !line.isEmpty { onLine(line) }
        return Entry(line, &message)
    }
}

extension PromptReader.Entry {
    /// Reads a line; `nil` when nothing is complete with it.
    ///
    /// - Parameters:
    ///   - line: The line.
    ///   - message: The begun message, to which the line is added unless it is an instruction.
    init?(_ line: String, _ message: inout MessageInput) {
        if !message.isOpen, let instruction = ChatInstruction(line.trimmed) {
            self = .instruction(instruction)
            return
        }
        switch message.add(line) {
        case .message(let text) where !text.isEmpty: self = .message(text)
        case .message, .incomplete: return nil
        case .tooLong:
            Terminal.printError("A message has at most \(MessageInput.mostBytes >> 20) MiB; this one is dropped.")
            return nil
        }
    }
}
