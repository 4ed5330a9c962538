import Foundation
import RoostCore

/// What Roost reads in the JSON that `llama-server` answers on `/v1/chat/completions`.
enum EngineAnswer {
    /// One event of a stream.
    struct Chunk: Decodable {
        struct Choice: Decodable {
            struct Delta: Decodable { let content: String? }
            let delta: Delta
            let finishReason: String?

            private enum CodingKeys: String, CodingKey {
                case delta
                case finishReason = "finish_reason"
            }
        }

        struct Timings: Decodable {
            let promptTokens: Int?
            let promptMilliseconds: Double?
            let generatedTokens: Int?
            let generatedMilliseconds: Double?

            private enum CodingKeys: String, CodingKey {
                case promptTokens = "prompt_n"
                case promptMilliseconds = "prompt_ms"
                case generatedTokens = "predicted_n"
                case generatedMilliseconds = "predicted_ms"
            }
        }

        let choices: [Choice]?
        let timings: Timings?
        let error: Failure.Detail?
    }

    /// An error body: `{"error":{"code":int,"message":str,"type":str}}`.
    struct Failure: Decodable {
        struct Detail: Decodable {
            let message: String?
            let type: String?
        }

        let error: Detail
    }

    /// An engine's refusal as one of our errors.
    static func failure(status: Int, body: Data) -> RoostError {
        let detail = (try? JSONDecoder().decode(Failure.self, from: body))?.error
        return failure(status: status, detail: detail)
    }

    /// An engine's refusal as one of our errors. Requests that do not fit the model are the caller's to mend.
    static func failure(status: Int, detail: Failure.Detail?) -> RoostError {
        let message = detail?.message ?? "status \(status)"
        if detail?.type == "exceed_context_size_error" {
            return RoostError(.invalidRequest, "`messages` do not fit into the model's context: \(message)", field: "messages")
        }
        return status == 400
            ? RoostError(.invalidRequest, "The engine refused the request: \(message)")
            : RoostError(.engineRefused, "The engine failed: \(message)")
    }
}

extension GenerationFigures {
    /// The engine's own counts; durations are given in milliseconds there.
    init(_ timings: EngineAnswer.Chunk.Timings) {
        self.init()
        promptTokens = timings.promptTokens ?? 0
        promptNanoseconds = Self.nanoseconds(timings.promptMilliseconds)
        generatedTokens = timings.generatedTokens ?? 0
        generatedNanoseconds = Self.nanoseconds(timings.generatedMilliseconds)
    }

    private static func nanoseconds(_ milliseconds: Double?) -> Int64 {
        guard let milliseconds, milliseconds.isFinite, (0...1e12).contains(milliseconds) else { return 0 }
        return Int64(milliseconds * 1e6)
    }
}
