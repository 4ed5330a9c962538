import Foundation

/// The limits of a key. `nil` is no limit.
///
/// A minute is any 60 seconds; a day is one of UTC. Prompt tokens are all tokens of prompts, also those found in a cache.
package struct KeyLimits: Sendable, Hashable, Codable {
    /// The most requests to models in a minute.
    package var requestsPerMinute: Int?
    /// The most requests to models in a day.
    package var requestsPerDay: Int?
    /// The most prompt tokens in a minute.
    package var promptTokensPerMinute: Int?
    /// The most prompt tokens in a day.
    package var promptTokensPerDay: Int?
    /// The most generated tokens in a minute.
    package var outputTokensPerMinute: Int?
    /// The most generated tokens in a day.
    package var outputTokensPerDay: Int?
    /// The most requests to models at the same time, those that wait included.
    package var concurrentRequests: Int?
    /// The most queued and running pulls of the key's owner.
    package var concurrentPulls: Int?
    /// The most bytes of the owner's pulls; a new one is refused when they are reached.
    package var diskBytes: Int?

    /// Creates limits without any limit.
    package init() {}

    /// Whether there is no limit.
    package var isEmpty: Bool { self == KeyLimits() }

    /// The limits with the names that users know, all of them.
    package static let named: [(name: String, path: any WritableKeyPath<KeyLimits, Int?> & Sendable)] = [
        ("requests_per_minute", \.requestsPerMinute), ("requests_per_day", \.requestsPerDay),
        ("prompt_tokens_per_minute", \.promptTokensPerMinute), ("prompt_tokens_per_day", \.promptTokensPerDay),
        ("output_tokens_per_minute", \.outputTokensPerMinute), ("output_tokens_per_day", \.outputTokensPerDay),
        ("concurrent_requests", \.concurrentRequests), ("concurrent_pulls", \.concurrentPulls), ("disk_bytes", \.diskBytes),
    ]

    /// The limits that are set, by name.
    package var values: [String: Int] {
        Dictionary(uniqueKeysWithValues: Self.named.compactMap { entry in self[keyPath: entry.path].map { (entry.name, $0) } })
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.singleValueContainer().decode([String: Int].self)
        for (name, path) in Self.named { self[keyPath: path] = values[name] }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values)
    }
}

extension KeyLimits {
    /// Reads the limits of a row. A text that is none allows nothing.
    init(json: String) {
        if let limits = try? JSONDecoder().decode(KeyLimits.self, from: Data(json.utf8)) {
            self = limits
        } else {
            self.init()
            for (_, path) in Self.named { self[keyPath: path] = 0 }
        }
    }

    /// The limits as JSON with names in order.
    var json: String {
        let members = values.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
        return "{\(members.joined(separator: ","))}"
    }
}
