/// The result of a run of the load generator, and the JSON of `roost bench --json`.
package struct BenchReport: Sendable, Codable {
    /// The requests by their end.
    package struct Requests: Sendable, Codable {
        /// Complete answers.
        package let answered: Int
        /// Answers with 429.
        package let refused: Int
        /// All other requests without a complete answer.
        package let failed: Int
        /// Requests under way when the run was interrupted. Their tokens are not counted.
        package let unfinished: Int
    }

    /// The errors of a kind.
    package struct ErrorCount: Sendable, Codable {
        /// `HTTP` and the status, `connection`, `timeout`, `error event`, `invalid answer` or `other`.
        package let kind: String
        /// The number of such errors.
        package internal(set) var count: Int
        /// The sentence of the first one.
        package let first: String
    }

    /// Percentiles in milliseconds, at most 0.4 % from the exact ones; `max` is exact.
    package struct Latency: Sendable, Codable {
        /// The number of measured times.
        package let count: Int
        /// The median; `nil` without a measured time.
        package let p50: Double?
        /// The 95th percentile.
        package let p95: Double?
        /// The longest time.
        package let max: Double?

        init(_ histogram: LatencyHistogram) {
            count = histogram.count
            p50 = histogram.percentile(0.5).map { $0 / .milliseconds(1) }
            p95 = histogram.percentile(0.95).map { $0 / .milliseconds(1) }
            max = histogram.count > 0 ? histogram.longest / .milliseconds(1) : nil
        }
    }

    /// The tokens of the complete answers.
    package struct Tokens: Sendable, Codable {
        /// Generated tokens.
        package let generated: Int
        /// Who counted the generated tokens; several when the answers differed.
        package let countedBy: [TokenSource]
        /// Tokens of the prompts; `nil` when the server sent no number.
        package let prompt: Int?
        /// Tokens of the prompts that were computed and not found in a cache; `nil` when the server sent no number.
        package let prefilled: Int?

        private enum CodingKeys: String, CodingKey {
            case generated, prompt, prefilled
            case countedBy = "counted_by"
        }
    }

    /// Generated tokens per second.
    package struct Rate: Sendable, Codable {
        /// All streams together, over the whole run.
        package let total: Double
        /// The median of the streams, each from its first token to its last.
        package let perStream: Double?
        /// The rate that 95 % of the streams reach.
        package let slowestStreams: Double?

        private enum CodingKeys: String, CodingKey {
            case total
            case perStream = "per_stream"
            case slowestStreams = "per_stream_p95"
        }
    }

    /// The URL of the requests.
    package let url: String
    /// The model's name.
    package let model: String
    /// The number of clients.
    package let clients: Int
    /// The seconds from the first request to the end of the last one.
    package let seconds: Double
    /// The requests by their end.
    package let requests: Requests
    /// The errors, the most frequent kind first.
    package let errors: [ErrorCount]
    /// From the request to its first token. Each request opens a connection, which counts.
    package let timeToFirstToken: Latency
    /// Between two tokens of a stream.
    package let interToken: Latency
    /// The tokens.
    package let tokens: Tokens
    /// Tokens per second.
    package let rate: Rate

    private enum CodingKeys: String, CodingKey {
        case url, model, clients, seconds, requests, errors, tokens
        case timeToFirstToken = "time_to_first_token_ms"
        case interToken = "inter_token_ms"
        case rate = "tokens_per_second"
    }
}
