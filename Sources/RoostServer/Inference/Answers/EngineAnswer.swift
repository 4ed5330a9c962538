import ModelFormats
import RoostAPI
import RoostCore

/// The parts that Roost reads of a JSON answer of `llama-server` on `/v1/chat/completions`. Each token is read here, for which
/// `JSONDecoder` is too slow.
enum EngineAnswer {
    /// A member of an answer has another type than in the API.
    struct UnexpectedMember: Error {
        let name: String
    }

    /// An event of a stream.
    struct Chunk {
        struct Choice {
            /// `nil` in the answer to a text.
            let delta: Delta?
            /// A piece of the answer to a text.
            let text: String?
            let finishReason: String?
            let logprobs: [TokenLogprob]
        }

        struct Delta {
            let content: String?
            let reasoningContent: String?
            let toolCalls: [ChatPiece.ToolCall]
        }

        struct Timings {
            let cachedTokens: Int?
            let promptTokens: Int?
            let promptMilliseconds: Double?
            let generatedTokens: Int?
            let generatedMilliseconds: Double?
        }

        /// The tokens of the whole answer, in the last event, if the request asks for it.
        struct Usage {
            let promptTokens: Int
            let generatedTokens: Int
            let cachedTokens: Int
        }

        let choices: [Choice]
        let timings: Timings?
        let usage: Usage?
        let error: Failure?

        /// Reads an event.
        ///
        /// - Throws: `FormatProblem` for a text that is no JSON; `UnexpectedMember`.
        init(_ event: String) throws {
            let root = try JSONDocument(Array(event.utf8)).root
            guard root.members != nil else { throw UnexpectedMember(name: "data") }
            choices = try root.list("choices").map(Choice.init)
            timings = try root.optional("timings", \.object).map(Timings.init)
            usage = try root.optional("usage", \.object).map(Usage.init)
            error = try root.optional("error", \.object).map(Failure.init)
        }
    }
}

// MARK: - Reading

extension JSONValue {
    /// The value, if it is an object.
    var object: JSONValue? { members == nil ? nil : self }

    /// Reads a member.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - read: Returns its value; `nil` for one of another type.
    /// - Returns: `nil` when there is none, or it is `null`.
    /// - Throws: `EngineAnswer.UnexpectedMember`.
    func optional<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws -> Value? {
        guard let member = self[name], !member.isNull else { return nil }
        guard let value = read(member) else { throw EngineAnswer.UnexpectedMember(name: name) }
        return value
    }

    /// Reads a member that must be there.
    func required<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws -> Value {
        guard let value = try optional(name, read) else { throw EngineAnswer.UnexpectedMember(name: name) }
        return value
    }

    /// Reads an array, which is empty when it is not there.
    func list(_ name: String) throws -> [JSONValue] { try optional(name, \.elements).map { Array($0) } ?? [] }
}

extension EngineAnswer.Chunk.Choice {
    fileprivate init(_ choice: JSONValue) throws {
        delta = try choice.optional("delta", \.object).map(EngineAnswer.Chunk.Delta.init)
        text = try choice.optional("text", \.string)
        finishReason = try choice.optional("finish_reason", \.string)
        logprobs = try choice.optional("logprobs", \.object)?.list("content").map(TokenLogprob.init) ?? []
    }
}

extension EngineAnswer.Chunk.Delta {
    fileprivate init(_ delta: JSONValue) throws {
        content = try delta.optional("content", \.string)
        reasoningContent = try delta.optional("reasoning_content", \.string)
        toolCalls = try delta.list("tool_calls").map { call in
            let function = try call.optional("function", \.object)
            return ChatPiece.ToolCall(
                index: try call.required("index", \.int), id: try call.optional("id", \.string), name: try function?.optional("name", \.string),
                arguments: try function?.optional("arguments", \.string) ?? "")
        }
    }
}

extension EngineAnswer.Chunk.Timings {
    fileprivate init(_ timings: JSONValue) throws {
        cachedTokens = try timings.optional("cache_n", \.int)
        promptTokens = try timings.optional("prompt_n", \.int)
        promptMilliseconds = try timings.optional("prompt_ms", \.double)
        generatedTokens = try timings.optional("predicted_n", \.int)
        generatedMilliseconds = try timings.optional("predicted_ms", \.double)
    }
}

extension EngineAnswer.Chunk.Usage {
    fileprivate init(_ usage: JSONValue) throws {
        promptTokens = try usage.required("prompt_tokens", \.int)
        generatedTokens = try usage.required("completion_tokens", \.int)
        cachedTokens = try usage.optional("prompt_tokens_details", \.object)?.optional("cached_tokens", \.int) ?? 0
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
        cachedTokens = min(usage.cachedTokens, usage.promptTokens)
        promptTokens = usage.promptTokens - cachedTokens
        generatedTokens = usage.generatedTokens
    }

    private static func nanoseconds(_ milliseconds: Double?) -> Int64 {
        guard let milliseconds, milliseconds.isFinite, (0...1e12).contains(milliseconds) else { return 0 }
        return Int64(milliseconds * 1e6)
    }
}
