import Foundation
import NIOCore
import NIOHTTP1
import RoostCore

extension EngineConnection {
    /// The answer of `POST /slots/{id}?action=save`.
    private struct Saved: Decodable {
        let tokens: Int
        let bytes: Int64

        private enum CodingKeys: String, CodingKey {
            case tokens = "n_saved"
            case bytes = "n_written"
        }
    }

    /// The answer of `POST /slots/{id}?action=restore`.
    private struct Restored: Decodable {
        let tokens: Int

        private enum CodingKeys: String, CodingKey { case tokens = "n_restored" }
    }

    /// An element of the answer of `GET /slots`.
    private struct SlotState: Decodable {
        struct Next: Decodable {
            let generated: Int

            private enum CodingKeys: String, CodingKey { case generated = "n_decoded" }
        }

        let id: Int
        let isProcessing: Bool
        let next: [Next]?

        private enum CodingKeys: String, CodingKey {
            case id
            case isProcessing = "is_processing"
            case next = "next_token"
        }
    }

    /// The most bytes of such an answer.
    private static let largestAnswer = 4 << 20

    /// Writes the content of an idle slot to a file.
    ///
    /// - Parameters:
    ///   - slot: The number of the slot.
    ///   - file: The name of the file in the folder that the engine was started with.
    /// - Returns: The number of tokens, and the size of the file in bytes.
    /// - Throws: `RoostError`; `CancellationError`.
    func save(slot: Int, to file: String) async throws -> (tokens: Int, bytes: Int64) {
        let saved: Saved = try await slotAction("save", slot, file)
        return (saved.tokens, saved.bytes)
    }

    /// Reads the content of a file into an idle slot.
    ///
    /// - Returns: The number of tokens.
    /// - Throws: `RoostError`; `CancellationError`.
    func restore(slot: Int, from file: String) async throws -> Int {
        let restored: Restored = try await slotAction("restore", slot, file)
        return restored.tokens
    }

    /// Whether the request in a slot has no token of an answer yet. The engine answers also during a step.
    ///
    /// - Returns: `nil` if there is no request in the slot, because it has not begun yet or has just ended.
    /// - Throws: `RoostError`; `CancellationError`.
    func isReadingPrompt(slot: Int) async throws -> Bool? {
        let response = try await exchange(.GET, path: "/slots")
        let states = try await decode([SlotState].self, of: response)
        guard let state = states.first(where: { $0.id == slot }), state.isProcessing else { return nil }
        return state.next?.allSatisfy { $0.generated == 0 } ?? false
    }

    /// Reads a prompt into a slot and generates only one token.
    ///
    /// - Parameters:
    ///   - path: The path of the request.
    ///   - body: The body of the request.
    /// - Throws: `RoostError`; `CancellationError`.
    func readPrompt(path: String, body: ByteBuffer) async throws {
        // The engine's JSON parser uses the last of fields with the same name.
        let limits = ["max_tokens", "max_completion_tokens", "n_predict"].map { (name: $0, value: "0") }
        let response = try await exchange(path: path, body: body.addingFields(limits + [("n", "1"), ("stream", "false")]))
        _ = try await response.collect(upTo: Self.largestAnswer)
        guard response.status == 200 else { throw RoostError(.engineRefused, "The engine did not read a prompt: status \(response.status).") }
    }

    private func slotAction<Answer: Decodable>(_ action: String, _ slot: Int, _ file: String) async throws -> Answer {
        let response = try await exchange(path: "/slots/\(slot)?action=\(action)", body: ByteBuffer(string: "{\"filename\":\"\(file)\"}"))
        return try await decode(Answer.self, of: response)
    }

    private func decode<Answer: Decodable>(_ type: Answer.Type, of response: EngineResponse) async throws -> Answer {
        let body = try await response.collect(upTo: Self.largestAnswer)
        guard response.status == 200, let answer = try? JSONDecoder().decode(type, from: Data(body.readableBytesView)) else {
            throw RoostError(.engineRefused, "The engine answered with status \(response.status) about its slots.")
        }
        return answer
    }
}

extension ByteBuffer {
    /// Returns a JSON object, which has a field already, with further ones at its end.
    ///
    /// - Parameter fields: The names, without characters that need escapes, and the values as JSON.
    /// - Returns: The object.
    func addingFields(_ fields: [(name: String, value: String)]) -> ByteBuffer {
        let object = readableBytesView
        guard let end = object.lastIndex(of: UInt8(ascii: "}")) else { return self }
        var result = ByteBuffer()
        result.reserveCapacity(object.count + 32 * fields.count)
        result.writeBytes(object[..<end])
        for field in fields { result.writeString(",\"\(field.name)\":\(field.value)") }
        result.writeString("}")
        return result
    }
}
