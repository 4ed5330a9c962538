/// What a key has used of a model on a day.
package struct UsageCounts: Sendable, Hashable {
    /// The requests that reached the model.
    package var requests = 0
    /// Those of them that failed; not those whose client has left.
    package var errors = 0
    /// The tokens of prompts, those found in a cache included.
    package var promptTokens = 0
    /// The tokens of prompts that were found in a cache.
    package var cachedTokens = 0
    /// The generated tokens.
    package var generatedTokens = 0

    /// Creates counts of nothing.
    package init() {}

    package static func += (total: inout Self, other: Self) {
        total.requests += other.requests
        total.errors += other.errors
        total.promptTokens += other.promptTokens
        total.cachedTokens += other.cachedTokens
        total.generatedTokens += other.generatedTokens
    }
}

/// What counts belong to.
package struct UsagePlace: Sendable, Hashable {
    /// The day in UTC, `2026-01-31`.
    package let day: String
    /// The id of the key; `local` for a server without keys.
    package let key: String
    /// The model's name.
    package let model: String

    /// Creates a place.
    package init(day: String, key: String, model: String) {
        self.day = day
        self.key = key
        self.model = model
    }
}

/// Which counts are asked for.
package struct UsageFilter: Sendable, Hashable {
    /// Only this key's.
    package var key: String?
    /// Only those of the keys of this owner.
    package var owner: String?
    /// Only this model's.
    package var model: String?
    /// Only this day's and later ones, `2026-01-31`.
    package var from: String?
    /// Only this day's and earlier ones.
    package var to: String?
    /// The most rows.
    package var limit = 1000

    /// Creates a filter that matches everything.
    package init() {}
}
