import Foundation
import HTTPServing
import ModelFormats
import NIOCore
import RoostCore

/// The conversation so far of `POST /api/generate`: the field `context`, which clients send back as they got it.
///
/// Ollama puts the numbers of tokens there. Here they are the conversation itself, three bytes of it in each number, so that
/// it also fits another model, and a model that was loaded again.
struct OllamaContext: Sendable, Hashable {
    /// A message.
    struct Turn: Sendable, Hashable, Codable {
        enum Role: String, Sendable, Codable {
            case system, user, assistant
        }

        let role: Role
        let text: String
    }

    /// The messages.
    var turns: [Turn] = []

    /// The first number: no token of any model has it.
    private static let mark = 0x526F_6F73
    private static let mostNumbers = 2_000_000

    /// Creates a conversation.
    init(turns: [Turn] = []) { self.turns = turns }

    /// Reads the field.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` for numbers that were not made here.
    init(_ value: JSONValue, of fields: RequestFields) throws {
        guard let elements = value.elements, elements.count <= Self.mostNumbers else {
            throw fields.refusal(of: "context", "must be an array of at most \(Self.mostNumbers) numbers; it is \(value.describedForPeople).")
        }
        let numbers = elements.map { $0.int ?? -1 }
        guard !numbers.isEmpty else { return }
        guard let turns = Self.turns(in: numbers) else {
            throw fields.refusal(
                of: "context", "must be the `context` of an earlier answer of this server, unchanged. Leave it out to begin a conversation.")
        }
        self.turns = turns
    }

    /// The conversation with an answer, as numbers.
    func numbers(with answer: String) -> [Int] {
        let bytes = Array(JSON.buffer(turns + [Turn(role: .assistant, text: answer)]).readableBytesView)
        let parts = stride(from: 0, to: bytes.count, by: 3).map { start in
            bytes[start..<min(start + 3, bytes.count)].enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        }
        return [Self.mark, bytes.count] + parts
    }

    private static func turns(in numbers: [Int]) -> [Turn]? {
        guard numbers.count >= 2, numbers[0] == mark, (0...3 * (numbers.count - 2)).contains(numbers[1]),
            (numbers[1] + 2) / 3 == numbers.count - 2,
            numbers.dropFirst(2).allSatisfy({ (0...0xFF_FFFF).contains($0) })
        else { return nil }
        let bytes = numbers.dropFirst(2).flatMap { number in (0..<3).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
        return try? JSONDecoder().decode([Turn].self, from: Data(bytes.prefix(numbers[1])))
    }
}
