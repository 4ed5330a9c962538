import ModelLibrary
import RoostAPI
import RoostCore

/// A complete chat answer, collected from its pieces.
struct ChatAnswer: Sendable {
    /// The most tool calls of an answer.
    static let mostCalls = 128

    /// What the model thought before its answer; empty for one that did not.
    private(set) var reasoning = ""
    /// The text.
    private(set) var text = ""
    /// The calls of tools in order, with their whole arguments.
    private(set) var calls: [ChatPiece.ToolCall] = []
    /// The tokens with their probabilities, if the request asked for those.
    var logprobs: [TokenLogprob] = []

    /// About the bytes of the answer as JSON: 64 for each token with its probability, and for each alternative.
    var estimatedBytes: Int {
        reasoning.utf8.count + text.utf8.count + 64 * logprobs.count * (1 + (logprobs.last?.alternatives?.count ?? 0))
    }

    /// Adds a piece.
    ///
    /// - Throws: `RoostError` with code `engineRefused` when there are too many tool calls.
    mutating func add(_ piece: ChatPiece) throws {
        switch piece {
        case .reasoning(let piece): reasoning += piece
        case .text(let piece): text += piece
        case .toolCall(let piece):
            if let place = calls.firstIndex(where: { $0.index == piece.index }) {
                calls[place].arguments += piece.arguments
                calls[place].id = calls[place].id ?? piece.id
                calls[place].name = calls[place].name ?? piece.name
            } else {
                guard calls.count < Self.mostCalls else {
                    throw RoostError(.engineRefused, "The engine sent an answer with more than \(Self.mostCalls) tool calls; it was given up.")
                }
                calls.append(piece)
            }
        }
    }
}

/// A chat answer with its end and figures.
struct CompleteChat: Sendable {
    /// The answer.
    var answer: ChatAnswer
    /// Why it ended.
    var end: ChatEnd
    /// The engine's counts and times.
    var figures: GenerationFigures
    /// The time until the engine was ready.
    var loadDuration: Duration
    /// The model that answered.
    var model: String
}

extension Inference {
    /// Returns a chat answer in one piece. The request must be a streamed one, so that the work stops at the next token
    /// when the client disconnects.
    ///
    /// - Parameters:
    ///   - request: A request with `streams`.
    ///   - place: The body's part of the budget; it is kept until the engine has the body.
    /// - Returns: The answer.
    /// - Throws: As `stream`, also for failures after the first token.
    func chat(_ request: EngineRequest, holding place: BodyBudget.Place?) async throws -> CompleteChat {
        let stream = try await stream(request, holding: place)
        var (reader, answer) = (ChatReader(), ChatAnswer())
        for try await bytes in stream.pieces {
            for event in try reader.readEvents(bytes) {
                for piece in event.pieces { try answer.add(piece) }
                answer.logprobs += event.logprobs
            }
            guard answer.estimatedBytes <= Self.largestAnswer else {
                throw RoostError(
                    .engineRefused, "The engine's answer is larger than \(ByteCount(Int64(Self.largestAnswer))); ask for fewer tokens, or a stream.")
            }
            stream.consumed()
        }
        try Task.checkCancellation()
        return CompleteChat(
            answer: answer, end: try reader.finish(), figures: reader.figures, loadDuration: stream.loadDuration,
            model: stream.entry.reference.description)
    }
}
