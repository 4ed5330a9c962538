import Engines
import Foundation
import NIOCore
import RoostAPI
import RoostCore

/// Parses an engine's streamed chat answer: the pieces of reasoning and text, then the reason for the end and the figures.
/// The bytes are passed in order.
struct ChatReader {
    private(set) var figures = GenerationFigures()
    private(set) var doneReason: String?
    private var events = ServerSentEvents()

    /// Processes the next bytes of the answer, cut at any place.
    ///
    /// - Returns: The new pieces.
    /// - Throws: `RoostError` when the stream contains an error of the engine.
    mutating func read(_ bytes: ByteBuffer) throws -> [ChatEvent.Delta] { try events.feed(bytes).flatMap { try read(event: $0) } }

    /// Ends the stream.
    ///
    /// - Returns: Why the answer ended: `stop` or `length`.
    /// - Throws: `RoostError` when the stream ended without a reason.
    func finish() throws -> String {
        guard let doneReason else {
            throw RoostError(.engineCrashed, "The engine stopped in the middle of the answer; send the request again.")
        }
        return doneReason
    }

    private mutating func read(event: String) throws -> [ChatEvent.Delta] {
        if event == "[DONE]" { return [] }
        let chunk: EngineAnswer.Chunk
        do {
            chunk = try JSONDecoder().decode(EngineAnswer.Chunk.self, from: Data(event.utf8))
        } catch {
            throw RoostError(.engineRefused, "The engine sent something that is not a chat answer.", cause: error)
        }
        if let error = chunk.error { throw EngineAnswer.failure(status: 500, detail: error, field: EngineRequest.Kind.chat.inputField) }
        if let timings = chunk.timings { figures = GenerationFigures(timings) }
        var pieces: [ChatEvent.Delta] = []
        for choice in chunk.choices ?? [] {
            if let reasoning = choice.delta.reasoningContent, !reasoning.isEmpty { pieces.append(.init(reasoningContent: reasoning)) }
            if let content = choice.delta.content, !content.isEmpty { pieces.append(.init(content: content)) }
            if let reason = choice.finishReason { doneReason = reason }
        }
        return pieces
    }
}
