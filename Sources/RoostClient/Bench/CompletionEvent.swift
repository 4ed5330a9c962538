/// The parts that a load generator reads of an event of a streamed chat completion.
///
/// Servers differ: the first event may have a role and no text, `usage` may be null, or come in an event without
/// choices, and reasoning has two names. A member of another type than expected counts as absent.
struct CompletionEvent: Decodable {
    /// The tokens that a server counted.
    struct Counts: Sendable, Hashable {
        var prompt: Int?
        /// The part of the prompt that was computed for this request and not found in a cache.
        var prefilled: Int?
        var generated: Int?
    }

    /// Whether it contains text, reasoning or a part of a tool call.
    let hasToken: Bool
    /// Whether it says why the answer ended.
    let isFinished: Bool
    /// The server's sentence, when it is an error.
    let error: String?
    /// OpenAI's `usage`.
    let usage: Counts?
    /// llama-server's `timings`.
    let timings: Counts?

    init(from decoder: any Decoder) throws {
        let event = try decoder.container(keyedBy: Key.self)
        let choices = (try? event.decode([Choice].self, forKey: .choices)) ?? []
        hasToken = choices.contains(where: \.hasToken)
        isFinished = choices.contains(where: \.isFinished)
        error = ServerComplaint(event, key: .error)?.sentence
        usage = (try? event.nestedContainer(keyedBy: Key.self, forKey: .usage)).map { usage in
            let prompt = usage.count(.promptTokens)
            let cached = (try? usage.nestedContainer(keyedBy: Key.self, forKey: .promptDetails))?.count(.cachedTokens)
            return Counts(
                prompt: prompt, prefilled: prompt.flatMap { prompt in cached.map { max(prompt - $0, 0) } },
                generated: usage.count(.completionTokens))
        }
        timings = (try? event.nestedContainer(keyedBy: Key.self, forKey: .timings)).map { timings in
            let computed = timings.count(.promptN)
            return Counts(
                prompt: computed.flatMap { computed in timings.count(.cacheN).map { computed + $0 } }, prefilled: computed,
                generated: timings.count(.predictedN))
        }
    }

    private struct Choice: Decodable {
        let hasToken: Bool
        let isFinished: Bool

        init(from decoder: any Decoder) throws {
            let choice = try decoder.container(keyedBy: Key.self)
            isFinished = (try? choice.decode(String.self, forKey: .finishReason)) != nil
            guard let delta = try? choice.nestedContainer(keyedBy: Key.self, forKey: .delta) else {
                hasToken = false
                return
            }
            let hasText = [Key.content, .reasoningContent, .reasoning].contains { (try? delta.decode(String.self, forKey: $0))?.isEmpty == false }
            hasToken = hasText || (try? delta.nestedUnkeyedContainer(forKey: .toolCalls))?.isAtEnd == false
        }
    }

    fileprivate enum Key: String, CodingKey {
        case choices, delta, content, reasoning, usage, timings, error
        case reasoningContent = "reasoning_content"
        case toolCalls = "tool_calls"
        case finishReason = "finish_reason"
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
        case promptDetails = "prompt_tokens_details"
        case cachedTokens = "cached_tokens"
        case promptN = "prompt_n"
        case cacheN = "cache_n"
        case predictedN = "predicted_n"
    }
}

extension KeyedDecodingContainer<CompletionEvent.Key> {
    /// A number of tokens; one that no request can have counts as absent.
    fileprivate func count(_ key: Key) -> Int? { (try? decode(Int.self, forKey: key)).flatMap { (0...1_000_000_000).contains($0) ? $0 : nil } }
}
