import Engines
import NIOCore
import RoostAPI
import RoostCore

/// Parses an engine's streamed chat answer: the pieces of reasoning and text, then the reason for the end and the figures.
/// The bytes are passed in order.
struct ChatReader {
    private(set) var figures = GenerationFigures()
    private var end: ChatEnd?
    private var events = ServerSentEvents()

    /// Processes the next bytes of the answer, cut at any place.
    ///
    /// - Returns: The new pieces.
    /// - Throws: `RoostError` when the stream contains an error of the engine.
    mutating func read(_ bytes: ByteBuffer) throws -> [ChatPiece] { try readEvents(bytes).flatMap(\.pieces) }

    /// The content of an event: its pieces, and the tokens of them with their probabilities, if the request asked for those.
    typealias Event = (pieces: [ChatPiece], logprobs: [TokenLogprob])

    /// Processes the next bytes of the answer, cut at any place.
    ///
    /// - Returns: The new events.
    /// - Throws: `RoostError` when the stream contains an error of the engine.
    mutating func readEvents(_ bytes: ByteBuffer) throws -> [Event] { try events.feed(bytes).map { try read(event: $0) } }

    /// Ends the stream.
    ///
    /// - Returns: Why the answer ended.
    /// - Throws: `RoostError` when the stream ended without a reason.
    func finish() throws -> ChatEnd {
        guard let end else {
            throw RoostError(.engineCrashed, "The engine stopped in the middle of the answer; send the request again.")
        }
        return end
    }

    private mutating func read(event: String) throws -> Event {
        if event == "[DONE]" { return ([], []) }
        let chunk: EngineAnswer.Chunk
        do {
            chunk = try EngineAnswer.Chunk(event)
        } catch {
            throw RoostError(.engineRefused, "The engine sent something that is not a chat answer.", cause: error)
        }
        if let error = chunk.error { throw EngineAnswer.failure(status: 500, detail: error, field: EngineRequest.Kind.chat.inputField) }
        if let timings = chunk.timings { figures = GenerationFigures(timings) }
        if let usage = chunk.usage { figures.count(usage) }
        let pieces = try chunk.choices.flatMap { (choice: EngineAnswer.Chunk.Choice) -> [ChatPiece] in
            if let reason = choice.finishReason {
                guard let known = ChatEnd(rawValue: reason) else {
                    throw RoostError(.engineRefused, "The engine ended the answer for an unknown reason, \(reason.quotedForPeople).")
                }
                end = known
            }
            if let text = choice.text, !text.isEmpty { return [.text(text)] }
            return choice.delta?.pieces ?? []
        }
        return (pieces, chunk.choices.flatMap(\.logprobs))
    }
}

extension EngineAnswer.Chunk.Delta {
    fileprivate var pieces: [ChatPiece] {
        var pieces: [ChatPiece] = []
        if let reasoningContent, !reasoningContent.isEmpty { pieces.append(.reasoning(reasoningContent)) }
        if let content, !content.isEmpty { pieces.append(.text(content)) }
        pieces += toolCalls.map(ChatPiece.toolCall)
        return pieces
    }
}
