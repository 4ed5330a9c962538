import Foundation
import RoostClient

extension BenchReport {
    /// The result for people.
    var text: String {
        var times = TextTable(columns: ["", "p50", "p95", "longest"])
        times.add(["first token"] + Self.cells(timeToFirstToken))
        times.add(["between tokens"] + Self.cells(interToken))
        let lines = [
            "\(clients) client\(clients == 1 ? "" : "s") of \(model) at \(url), \(String(format: "%.1f", seconds)) s",
            "\(times)",
            "requests: \(requestText)",
            "tokens: \(tokenText)",
            "tokens/s: \(rateText)",
        ]
        return (lines + errors.map { "\($0.count) × \($0.kind): \($0.first)" }).joined(separator: "\n")
    }

    private var requestText: String {
        let parts = ["\(requests.answered) answered", "\(requests.refused) refused (429)", "\(requests.failed) failed"]
        return (parts + (requests.unfinished > 0 ? ["\(requests.unfinished) under way"] : [])).joined(separator: ", ")
    }

    private var tokenText: String {
        let sources = tokens.countedBy.map { source in
            switch source {
            case .usage: "the server's `usage`"
            case .timings: "the server's `timings`"
            case .chunks: "events with text, because the server sent no number"
            }
        }
        var text = "\(tokens.generated) generated" + (sources.isEmpty ? "" : " (by \(sources.joined(separator: " and by ")))")
        if let prompt = tokens.prompt { text += ", \(prompt) in prompts" }
        if let prefilled = tokens.prefilled { text += ", \(prefilled) of them computed" }
        return text
    }

    private var rateText: String {
        let total = String(format: "%.1f together", rate.total)
        guard let median = rate.perStream, let slow = rate.slowestStreams else { return total }
        return total + String(format: ", %.1f a stream (median), 95 %% of the streams %.1f or more", median, slow)
    }

    private static func cells(_ latency: Latency) -> [String] { [latency.p50, latency.p95, latency.max].map { $0.map(time) ?? "-" } }

    /// Returns a time with three significant digits, such as `8.25 ms` or `12.3 s`.
    ///
    /// - Parameter milliseconds: The time in milliseconds.
    /// - Returns: The text.
    static func time(_ milliseconds: Double) -> String {
        let (value, unit) = milliseconds < 999.5 ? (milliseconds, "ms") : (milliseconds / 1000, "s")
        let decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
        return String(format: "%.\(decimals)f ", value) + unit
    }
}
