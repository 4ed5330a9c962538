import Foundation
import RoostAPI
import RoostCore

/// The parts that Roost reads of a JSON answer of `llama-server` on `/v1/chat/completions`.
enum EngineAnswer {
    /// An event of a stream.
    struct Chunk: Decodable {
        struct Choice: Decodable {
            struct Delta: Decodable {
                let content: String?
                let reasoningContent: String?
                let toolCalls: [ToolCall]?

                private enum CodingKeys: String, CodingKey {
                    case content
                    case reasoningContent = "reasoning_content"
                    case toolCalls = "tool_calls"
                }
            }

            struct ToolCall: Decodable {
                struct Function: Decodable {
                    let name: String?
                    let arguments: String?
                }

                let index: Int
                let id: String?
                let function: Function?
            }

            /// `nil` in the answer to a text.
            let delta: Delta?
            /// A piece of the answer to a text.
            let text: String?
            let finishReason: String?
            let logprobs: Logprobs?

            private enum CodingKeys: String, CodingKey {
                case delta, text, logprobs
                case finishReason = "finish_reason"
            }
        }

        struct Logprobs: Decodable {
            let content: [TokenLogprob]?
        }

        struct Timings: Decodable {
            let cachedTokens: Int?
            let promptTokens: Int?
            let promptMilliseconds: Double?
            let generatedTokens: Int?
            let generatedMilliseconds: Double?

            private enum CodingKeys: String, CodingKey {
                case cachedTokens = "cache_n"
                case promptTokens = "prompt_n"
                case promptMilliseconds = "prompt_ms"
                case generatedTokens = "predicted_n"
                case generatedMilliseconds = "predicted_ms"
            }
        }

        /// The tokens of the whole answer, in the last event, if the request asks for it.
        struct Usage: Decodable {
            struct Details: Decodable {
                let cachedTokens: Int?

                private enum CodingKeys: String, CodingKey { case cachedTokens = "cached_tokens" }
            }

            let promptTokens: Int
            let generatedTokens: Int
            let details: Details?

            private enum CodingKeys: String, CodingKey {
                case promptTokens = "prompt_tokens"
                case generatedTokens = "completion_tokens"
                case details = "prompt_tokens_details"
            }
        }

        let choices: [Choice]?
        let timings: Timings?
        let usage: Usage?
        let error: Failure.Detail?
    }
}

extension GenerationFigures {
    /// Creates figures from the engine's own, whose durations are in milliseconds.
    init(_ timings: EngineAnswer.Chunk.Timings) {
        self.init()
        cachedTokens = timings.cachedTokens ?? 0
        promptTokens = timings.promptTokens ?? 0
        promptNanoseconds = Self.nanoseconds(timings.promptMilliseconds)
        generatedTokens = timings.generatedTokens ?? 0
        generatedNanoseconds = Self.nanoseconds(timings.generatedMilliseconds)
    }

    /// Takes over the counts of a whole answer, which also count the tokens of an engine that ended in the middle of it.
    mutating func count(_ usage: EngineAnswer.Chunk.Usage) {
        cachedTokens = min(usage.details?.cachedTokens ?? 0, usage.promptTokens)
        promptTokens = usage.promptTokens - cachedTokens
        generatedTokens = usage.generatedTokens
    }

    private static func nanoseconds(_ milliseconds: Double?) -> Int64 {
        guard let milliseconds, milliseconds.isFinite, (0...1e12).contains(milliseconds) else { return 0 }
        return Int64(milliseconds * 1e6)
    }
}
