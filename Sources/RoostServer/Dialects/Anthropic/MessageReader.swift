import NIOCore
import RoostAPI
import RoostCore

/// Reads an engine's answer to a request to `/v1/messages`, up to the first stop text.
struct MessageReader {
    private let maxTokens: Int
    private var chat = ChatReader()
    private var stops: StopTexts

    /// Creates a reader.
    init(_ request: MessagesRequest) { self.init(stopTexts: request.stopTexts, maxTokens: request.maxTokens) }

    /// Creates a reader.
    ///
    /// - Parameters:
    ///   - stopTexts: The texts that end the answer.
    ///   - maxTokens: The most tokens of the answer.
    init(stopTexts: [String], maxTokens: Int) {
        self.maxTokens = maxTokens
        stops = StopTexts(stopTexts)
    }

    /// The engine's counts so far.
    var figures: GenerationFigures { chat.figures }

    /// Whether a stop text was found: the rest of the answer is not needed.
    var isStopped: Bool { stops.found != nil }

    /// Processes the next bytes of the answer, cut at any place.
    ///
    /// - Returns: The new pieces.
    /// - Throws: `RoostError` when the stream contains an error of the engine.
    mutating func read(_ bytes: ByteBuffer) throws -> [ChatPiece] {
        var pieces: [ChatPiece] = []
        for piece in try chat.read(bytes) where !isStopped {
            switch piece {
            case .reasoning: pieces.append(piece)
            case .text(let text): pieces += Self.piece(stops.add(text))
            // No text follows.
            case .toolCall: pieces += Self.piece(stops.finish()) + [piece]
            }
        }
        return pieces
    }

    /// Ends the answer.
    ///
    /// - Returns: The last pieces, and why the answer ended.
    /// - Throws: `RoostError` when the stream ended without a reason.
    mutating func finish() throws -> (pieces: [ChatPiece], end: MessageEnd) {
        if let text = stops.found { return ([], MessageEnd(reason: .stopSequence, stopSequence: text)) }
        let reason: MessageEnd.Reason =
            switch try chat.finish() {
            case .stop: .endTurn
            case .toolCalls: .toolUse
            case .length: figures.generatedTokens >= maxTokens ? .maxTokens : .contextExceeded
            }
        return (Self.piece(stops.finish()), MessageEnd(reason: reason, stopSequence: nil))
    }

    private static func piece(_ text: String) -> [ChatPiece] { text.isEmpty ? [] : [.text(text)] }
}

/// Why a message ended.
struct MessageEnd: Hashable {
    /// The words of `stop_reason`.
    enum Reason: String {
        case endTurn = "end_turn"
        case maxTokens = "max_tokens"
        case stopSequence = "stop_sequence"
        case toolUse = "tool_use"
        case contextExceeded = "model_context_window_exceeded"
    }

    /// The reason.
    let reason: Reason
    /// The stop text that the model wrote; `nil` for another reason.
    let stopSequence: String?
}
