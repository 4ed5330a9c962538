/// Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats).
enum PrometheusText {
    /// The value of `Content-Type`.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Returns the lines of a metric; empty when it has no series.
    static func text(of family: MetricFamily, _ series: [(labels: [String], values: MetricSeries.Values)]) -> String {
        guard !series.isEmpty else { return "" }
        let type =
            switch family.kind {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        var text = "# HELP \(family.name) \(escaped(family.help, quotes: false))\n# TYPE \(family.name) \(type)\n"
        for (labels, values) in series {
            let pairs = zip(family.labels, labels).map { "\($0)=\"\(escaped($1, quotes: true))\"" }
            if case .histogram(let bounds) = family.kind {
                var sum = 0
                for (bound, count) in zip(bounds, values.buckets) {
                    sum += count
                    text += line("\(family.name)_bucket", pairs + ["le=\"\(number(bound))\""], "\(sum)")
                }
                text += line("\(family.name)_bucket", pairs + ["le=\"+Inf\""], "\(values.count)")
                text += line("\(family.name)_sum", pairs, number(values.value)) + line("\(family.name)_count", pairs, "\(values.count)")
            } else {
                text += line(family.name, pairs, number(values.value))
            }
        }
        return text
    }

    private static func line(_ name: String, _ pairs: [String], _ value: String) -> String {
        "\(name)\(pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}") \(value)\n"
    }

    private static func number(_ value: Double) -> String { Int64(exactly: value).map { "\($0)" } ?? "\(value)" }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension PrometheusRegistry {
    /// The value of `Content-Type` for `text`.
    package static var contentType: String { PrometheusText.contentType }
}
