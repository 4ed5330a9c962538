import RoostCore

/// What a load generator sends, and how often.
package struct BenchPlan: Sendable {
    /// The end of a run.
    package enum Amount: Sendable, Hashable {
        /// After a number of requests by all clients together.
        case requests(Int)
        /// No request begins after this time; the answers that were requested before are awaited.
        case duration(Duration)
    }

    /// The allowed numbers of clients.
    package static let clientRange = 1...1024
    /// The allowed numbers of requests.
    package static let requestRange = 1...1_000_000
    /// The allowed numbers of words of a made prompt. The longest has about 6 MB.
    package static let promptRange = 1...1_000_000
    /// The allowed values of `max_tokens`.
    package static let tokenRange = 1...1_000_000
    /// The allowed seconds of a run, and of a request.
    package static let secondsRange = 1...86_400

    /// The model's name, as the server knows it.
    package var model: String
    /// The number of clients. Each sends its next request when the answer to the last one is complete.
    package var clients = 1
    /// The end of the run.
    package var amount: Amount
    /// The text that every request contains.
    package var prompt: String
    /// Whether every prompt begins with the same text and ends with its own. Otherwise each begins with its own, so
    /// that no server can reuse the work for another prompt.
    package var sharesPrefix = false
    /// The most tokens of an answer.
    package var maxTokens = 128
    /// Whether answers go on to `maxTokens`: sends `ignore_eos`, which llama-server, vLLM and Roost know.
    package var ignoresEnd = false
    /// The most time for a request.
    package var timeout: Duration = .seconds(600)

    /// Creates a plan for one client.
    package init(model: String, amount: Amount, prompt: String) {
        self.model = model
        self.amount = amount
        self.prompt = prompt
    }

    /// Returns a text of common English words, each about one token long in usual vocabularies.
    ///
    /// - Parameter words: The number of words.
    /// - Returns: The text.
    package static func text(words: Int) -> String {
        let common = [
            "the", "water", "of", "time", "and", "people", "in", "work", "to", "day", "is", "hand", "that", "year", "for", "place", "with", "part",
            "on", "name", "as", "line", "at", "word", "by", "side", "from", "head",
        ]
        // A step that shares no factor with the count visits the words in another order each time around.
        return (0..<words).map { common[($0 * 5 + $0 / common.count) % common.count] }.joined(separator: " ")
    }

    /// Returns the prompt of a request.
    ///
    /// - Parameter mark: A text that no other request has.
    /// - Returns: The prompt.
    func prompt(marked mark: String) -> String {
        sharesPrefix ? "\(prompt)\n(\(mark))" : "(\(mark))\n\(prompt)"
    }
}

/// The body of a request.
struct BenchBody: Encodable {
    struct Message: Encodable {
        let role = "user"
        let content: String

        private enum CodingKeys: String, CodingKey { case role, content }
    }

    struct StreamOptions: Encodable {
        let includeUsage = true

        private enum CodingKeys: String, CodingKey { case includeUsage = "include_usage" }
    }

    let model: String
    let messages: [Message]
    let maxTokens: Int
    let stream = true
    let streamOptions = StreamOptions()
    /// Absent unless wanted: some servers refuse fields that they do not know.
    let ignoresEnd: Bool?

    init(_ plan: BenchPlan, mark: String) {
        model = plan.model
        messages = [Message(content: plan.prompt(marked: mark))]
        maxTokens = plan.maxTokens
        ignoresEnd = plan.ignoresEnd ? true : nil
    }

    private enum CodingKeys: String, CodingKey {
        case model, messages, stream
        case maxTokens = "max_tokens"
        case streamOptions = "stream_options"
        case ignoresEnd = "ignore_eos"
    }
}
