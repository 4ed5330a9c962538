import Foundation
import RoostAPI
import RoostClient
import RoostCore

/// A conversation with a model: what was said, and how answers are made.
struct Conversation: Sendable {
    /// The model and the parameters; its messages are those so far, without the instructions.
    var request: ChatRequest
    /// The instructions to the model.
    var system: String?
    /// The form of the answers; `nil` for any text.
    var format: AnswerFormat?
    /// Whether tokens and times are shown after each answer.
    var isVerbose = false
    /// Whether what the model thinks is not shown.
    var hidesThinking = false
    /// The images of the next message, as `data:` URLs.
    var images: [String] = []

    /// Returns the request for an answer to a new message.
    func asking(_ text: String) -> ChatRequest {
        var asked = request
        asked.messages = instructions + request.messages + [question(text)]
        return asked
    }

    /// Adds a question and its answer.
    mutating func add(_ text: String, answer: String) {
        request.messages += [question(text), ChatMessage(role: .assistant, content: answer)]
        images = []
    }

    private var instructions: [ChatMessage] {
        guard let system, !system.isEmpty else { return [] }
        return [ChatMessage(role: .system, content: system)]
    }

    private func question(_ text: String) -> ChatMessage { ChatMessage(role: .user, content: text, images: images) }
}

extension AnswerFormat {
    private static let mostBytes = 1 << 20

    /// Creates the format that a person named: `json`, a file with a JSON schema, or `none`.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` and field `format`.
    init?(typed text: String) throws {
        switch text {
        case "none": return nil
        case "json": self = .json
        default:
            guard let data = FileManager.default.contents(atPath: text), data.count <= Self.mostBytes else {
                throw RoostError(
                    .invalidRequest,
                    "--format takes json, or a file with a JSON schema of at most 1 MiB; \(text.quotedForPeople) cannot be read as one.",
                    field: "format")
            }
            try self.init(schema: String(decoding: data, as: UTF8.self))
        }
    }
}
