/// The pieces of a tokenizer.model: https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto
struct SentencePieceModel: Sendable {
    struct Piece: Sendable {
        var text = ByteText("")
        var score: Float = 0
        var type = TokenType.normal
    }

    private(set) var pieces: [Piece] = []

    /// Parses a ModelProto.
    ///
    /// - Throws: `FormatProblem`.
    init(_ bytes: [UInt8]) throws {
        var message = ProtobufReader(bytes[...])
        while let (number, value) = try message.next() {
            guard number == 1 else { continue }
            guard case .bytes(let bytes) = value else { throw FormatProblem("one of its pieces is no message") }
            guard pieces.count < Vocabulary.largestSize else { throw FormatProblem("it has more than \(Vocabulary.largestSize) pieces") }
            pieces.append(try Self.piece(bytes))
        }
        guard !pieces.isEmpty else { throw FormatProblem("it has no pieces, so it is no SentencePiece model") }
    }

    private static func piece(_ bytes: ArraySlice<UInt8>) throws -> Piece {
        var piece = Piece()
        var message = ProtobufReader(bytes)
        while let field = try message.next() {
            switch field {
            case (1, .bytes(let text)):
                guard String(validating: text, as: UTF8.self) != nil else { throw FormatProblem("one of its pieces is not UTF-8") }
                piece.text = ByteText(bytes: text)
            case (2, .fixed32(let bits)):
                piece.score = Float(bitPattern: bits)
                guard piece.score.isFinite else { throw FormatProblem("the score of one of its pieces is no number") }
            case (3, .integer(let number)):
                guard let type = Int32(exactly: number).flatMap(TokenType.init(rawValue:)) else {
                    throw FormatProblem("one of its pieces has the type \(number), which does not exist")
                }
                piece.type = type
            case (1...3, _): throw FormatProblem("one of its pieces has a field of a wrong type")
            default: break
            }
        }
        return piece
    }
}
