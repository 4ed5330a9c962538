/// The answer to `GET /usage`.
package struct UsageReport: Codable, Sendable, Hashable {
    /// What was used of a model with a key on a day.
    package struct Row: Codable, Sendable, Hashable {
        /// The day in UTC, `2026-01-31`.
        package var day: String
        /// The id of the key; `local` for a server without keys.
        package var key: String
        /// The model.
        package var model: String
        /// What was used.
        package var counts: Counts

        /// Creates a row.
        package init(day: String, key: String, model: String, counts: Counts) {
            self.day = day
            self.key = key
            self.model = model
            self.counts = counts
        }

        private enum CodingKeys: String, CodingKey {
            case day, key, model
        }

        package init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            self.init(
                day: try values.decode(String.self, forKey: .day), key: try values.decode(String.self, forKey: .key),
                model: try values.decode(String.self, forKey: .model), counts: try Counts(from: decoder))
        }

        package func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(day, forKey: .day)
            try values.encode(key, forKey: .key)
            try values.encode(model, forKey: .model)
            try counts.encode(to: encoder)
        }
    }

    /// What was used.
    package struct Counts: Codable, Sendable, Hashable {
        /// The requests that reached a model.
        package var requests: Int
        /// Those of them that failed.
        package var errors: Int
        /// The tokens of prompts, those found in a cache included.
        package var promptTokens: Int
        /// The tokens of prompts that were found in a cache.
        package var cachedTokens: Int
        /// The generated tokens.
        package var generatedTokens: Int

        /// Creates counts.
        package init(requests: Int, errors: Int, promptTokens: Int, cachedTokens: Int, generatedTokens: Int) {
            self.requests = requests
            self.errors = errors
            self.promptTokens = promptTokens
            self.cachedTokens = cachedTokens
            self.generatedTokens = generatedTokens
        }

        private enum CodingKeys: String, CodingKey {
            case requests, errors
            case promptTokens = "prompt_tokens"
            case cachedTokens = "cached_tokens"
            case generatedTokens = "generated_tokens"
        }
    }

    /// The rows, the newest day first.
    package var usage: [Row]
    /// The sum of all rows that match, also of those beyond the limit.
    package var total: Counts

    /// Creates a report.
    package init(usage: [Row], total: Counts) {
        self.usage = usage
        self.total = total
    }
}
