import Foundation
import Interaction
import RoostAPI
import RoostClient
import RoostCore
import Synchronization

/// Gets answers to a conversation and prints them.
struct Chat: Sendable {
    let client: RoostClient
    let json: Bool

    /// Answers one message.
    ///
    /// - Parameters:
    ///   - text: The message.
    ///   - conversation: The conversation before it.
    /// - Throws: The errors of the server.
    func answer(_ text: String, in conversation: Conversation) async throws {
        let request = conversation.asking(text)
        if json { return try JSONOutput.print(try await client.chat(request, format: conversation.format)) }
        try await stream(request, conversation) { _ in }
    }

    /// Streams an answer to the outputs: the text to standard output, and what the model thinks to standard error.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - conversation: The form of the answer, and what is shown beside its text.
    ///   - onText: Gets each piece of the text.
    /// - Throws: The errors of the server; `CancellationError`.
    func stream(_ request: ChatRequest, _ conversation: Conversation, onText: (String) -> Void) async throws {
        let start = ContinuousClock.now
        var isThinking = false
        let last = try await client.chat(request, format: conversation.format) { piece in
            guard !conversation.hidesThinking else { return }
            isThinking = true
            Terminal.writeError(piece, in: .dim)
        } onText: { piece in
            if isThinking, Terminal.isInteractive { Terminal.writeError("\n\n") }
            isThinking = false
            onText(piece)
            Terminal.write(piece)
        }
        Terminal.write("\n")
        if conversation.isVerbose { Terminal.printError(last.figures(in: ContinuousClock.now - start)) }
        if last.doneReason == "length" {
            Terminal.printError(
                "(cut at \(request.maxTokens) tokens, or at the end of the context; --max-tokens and --context, in a conversation `/set max_tokens N` and `/set context N`, allow more)"
            )
        }
    }

    /// Returns the message: the words, and then the text on standard input.
    ///
    /// - Parameter words: The words of the command line.
    /// - Returns: The message; `nil` for an interactive chat.
    /// - Throws: `RoostError` with code `invalidRequest` when there is no message, and no terminal either.
    func message(_ words: [String]) throws -> String? {
        let words = words.joined(separator: " ")
        guard !Terminal.hasTerminalInput else {
            guard words.isEmpty, json else { return words.isEmpty ? nil : words }
            throw RoostError(.invalidRequest, "With --json the command needs a message: write one after the model.", field: "message")
        }
        let parts = [words, try StandardInput.text(hint: "use `</dev/null` to send the message alone").trimmed].filter { !$0.isEmpty }
        guard !parts.isEmpty else {
            throw RoostError(.invalidRequest, "There is no message: write one after the model, or give one on standard input.", field: "message")
        }
        return parts.joined(separator: "\n\n")
    }
}

extension ChatEvent {
    /// The counts and times of an answer, for people.
    fileprivate func figures(in total: Duration) -> String {
        func seconds(_ nanoseconds: Int64?) -> Double { Double(nanoseconds ?? 0) / 1e9 }
        func rate(_ count: Int?, _ nanoseconds: Int64?) -> String {
            let (count, seconds) = (count ?? 0, seconds(nanoseconds))
            return "\(count) tokens in \(String(format: "%.2f", seconds)) s"
                + (seconds > 0 ? String(format: ", %.1f tokens/s", Double(count) / seconds) : "")
        }
        let whole = Double(total.components.seconds) + Double(total.components.attoseconds) / 1e18
        return """
            prompt  \(rate(promptEvalCount, promptEvalDuration))
            answer  \(rate(evalCount, evalDuration))
            total   \(String(format: "%.2f", whole)) s
            """
    }
}
