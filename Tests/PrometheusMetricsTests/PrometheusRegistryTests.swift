import CoreMetrics
import Foundation
import Testing

@testable import PrometheusMetrics

@Suite struct PrometheusRegistryTests {
    private let registry = PrometheusRegistry([
        MetricFamily("t_requests_total", .counter, labels: ["route"], "Requests."),
        MetricFamily("t_jobs", .gauge, labels: ["state"], "Jobs\\\nby state."),
        MetricFamily("t_seconds", .histogram([0.1, 1]), "Times."), MetricFamily("t_unused_total", .counter, "None."),
    ])

    private func count(_ route: String) { Counter(label: "t_requests_total", dimensions: [("route", route)], factory: registry).increment() }

    @Test func `counters, gauges and histograms are written as Prometheus reads them`() {
        count("/b")
        count("/a")
        count("/a")
        Meter(label: "t_jobs", dimensions: [("state", "a\"b\\c\nd")], factory: registry).set(2.5)
        registry.set("t_jobs", [("state", "x")], to: 7)
        let timer = Timer(label: "t_seconds", factory: registry)
        for nanoseconds in [50_000_000, 100_000_000, 500_000_000, 9_000_000_000] as [Int64] { timer.recordNanoseconds(nanoseconds) }
        #expect(
            registry.text == """
                # HELP t_requests_total Requests.
                # TYPE t_requests_total counter
                t_requests_total{route="/a"} 2
                t_requests_total{route="/b"} 1
                # HELP t_jobs Jobs\\\\\\nby state.
                # TYPE t_jobs gauge
                t_jobs{state="a\\"b\\\\c\\nd"} 2.5
                t_jobs{state="x"} 7
                # HELP t_seconds Times.
                # TYPE t_seconds histogram
                t_seconds_bucket{le="0.1"} 2
                t_seconds_bucket{le="1"} 3
                t_seconds_bucket{le="+Inf"} 4
                t_seconds_sum 9.65
                t_seconds_count 4

                """)
    }

    @Test func `a metric has a bounded number of series, and the others are counted together`() {
        for number in 0..<1000 { count("/\(number)") }
        count("/0")
        let lines = registry.text.split(separator: "\n")
        #expect(lines.count == 2 + PrometheusRegistry.mostSeries + 1)
        #expect(lines.contains(#"t_requests_total{route="other"} 800"#) && lines.contains(#"t_requests_total{route="/0"} 2"#))
    }

    @Test func `a long label is cut, a missing one is empty, and undeclared metrics and labels are not kept`() {
        count(String(repeating: "x", count: 10_000))
        Counter(label: "t_requests_total", dimensions: [("user", "ann")], factory: registry).increment()
        Counter(label: "t_secret_total", dimensions: [], factory: registry).increment()
        #expect(registry.text.utf8.count < 500 && registry.text.contains(#"{route=""} 1"#))
        #expect(!registry.text.contains("ann") && !registry.text.contains("secret"))
    }

    @Test func `parallel increments are all counted`() async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { for _ in 0..<1000 { count("/a") } } }
        }
        #expect(registry.text.contains(#"t_requests_total{route="/a"} 8000"#))
    }
}
