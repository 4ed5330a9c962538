/// A metric with all its series.
package struct MetricFamily: Sendable {
    /// The kind of a metric.
    package enum Kind: Sendable, Hashable {
        /// A number that only grows.
        case counter
        /// A number that goes up and down.
        case gauge
        /// Durations in seconds, counted in buckets with these upper bounds in ascending order.
        case histogram([Double])
    }

    /// The name, such as `roost_http_requests_total`.
    package let name: String
    /// The kind.
    package let kind: Kind
    /// One sentence about it.
    package let help: String
    /// The names of its labels.
    package let labels: [String]

    /// Creates a family without series.
    package init(_ name: String, _ kind: Kind, labels: [String] = [], _ help: String) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
    }
}
