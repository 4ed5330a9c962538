import Engines
import ModelFormats
import NIOCore
import RoostCore

extension EngineAnswer {
    /// The content of an error body, `{"error":{"code":int,"message":str,"type":str}}`.
    struct Failure {
        let message: String?
        let type: String?
        let promptTokens: Int?
        let contextLength: Int?

        /// Reads the object `error`. Members of an unknown form are left out: an error must not hide behind another one.
        init(_ error: JSONValue) {
            message = error["message"]?.string
            type = error["type"]?.string
            promptTokens = error["n_prompt_tokens"]?.int
            contextLength = error["n_ctx"]?.int
        }
    }

    /// Messages of llama-server about failures of its own. Every other 500 is about the request, such as a conversation
    /// that the model's chat template refuses.
    private static let ownFailures = [
        "Compute error", "Invalid input batch", "Context size has been exceeded", "got exception", "context shift", "failed to process", "bad_alloc",
        "memory", "unknown error", "Internal Server Error", "The model produced output that does not match",
    ]

    /// Converts an error of an engine.
    ///
    /// - Parameters:
    ///   - status: The status of the answer.
    ///   - body: The body of the answer.
    ///   - field: The request field that holds the text.
    /// - Returns: The error.
    static func failure(status: Int, body: ByteBuffer, field: String) -> RoostError {
        let root = (try? JSONDocument(Array(body.readableBytesView)))?.root
        return failure(status: status, detail: root?["error"].map(Failure.init), field: field)
    }

    /// Converts an error of an engine. When a request does not fit the model, the status must not be one that clients
    /// retry.
    static func failure(status: Int, detail: Failure?, field: String) -> RoostError {
        let message = detail?.message ?? "status \(status)"
        if detail?.type == "exceed_context_size_error" || message.contains("is too large to process") {
            return RoostError.contextLengthExceeded(
                field: field, promptTokens: detail?.promptTokens, contextLength: detail?.contextLength, message: message)
        }
        switch status {
        case 503: return RoostError(.enginesBusy, "The engine is not ready: \(message). Send the request again in a moment.", retryAfter: .seconds(1))
        case 501: return RoostError(.invalidRequest, "The engine of this model cannot do this: \(message)", field: "model")
        case 400..<500: return refused(message, field)
        default:
            guard detail?.message != nil, !ownFailures.contains(where: message.contains) else {
                return RoostError(.engineRefused, "The engine failed: \(message)")
            }
            return refused(message, field)
        }
    }

    private static func refused(_ message: String, _ field: String) -> RoostError {
        let names = (FieldRule.completions + FieldRule.embeddings + FieldRule.texts + FieldRule.ranking).map { $0.name }
        let named = names.first { message.contains("\"\($0)\"") || message.contains("'\($0)'") || message.hasPrefix("\($0) ") }
        let isGrammar = message.lowercased().contains("grammar")
        return RoostError(.invalidRequest, "The engine refused the request: \(message)", field: named ?? (isGrammar ? "grammar" : field))
    }
}
