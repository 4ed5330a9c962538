package import CoreMetrics
import Synchronization

/// The metrics of a server, for swift-metrics, and their text for Prometheus.
///
/// Only declared metrics are kept. A metric has a bounded number of series: further sets of labels are counted together
/// in the series whose labels are all `other`.
package final class PrometheusRegistry: MetricsFactory {
    /// The most series of a metric, without the one for the others.
    package static let mostSeries = 200
    /// The most characters of the value of a label.
    private static let longestLabel = 200

    private let families: [MetricFamily]
    private let byName: [String: MetricFamily]
    private let series = Mutex<[String: [[String]: MetricSeries]]>([:])

    /// Creates a registry without series.
    ///
    /// - Parameter families: The metrics, in the order of the text.
    package init(_ families: [MetricFamily]) {
        self.families = families
        byName = Dictionary(families.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Sets a gauge.
    ///
    /// - Parameters:
    ///   - name: The name of the metric.
    ///   - labels: The values of its labels.
    ///   - value: The value.
    package func set(_ name: String, _ labels: [(String, String)] = [], to value: Double) { find(name, labels).set(value) }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { find(label, dimensions) }

    package func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        find(label, dimensions)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { find(label, dimensions) }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler { find(label, dimensions) }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { find(label, dimensions) }

    // Series last as long as the registry, because a counter must not start again.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func find(_ name: String, _ dimensions: [(String, String)]) -> MetricSeries {
        guard let family = byName[name] else { return MetricSeries(.counter) }
        let given = Dictionary(dimensions) { first, _ in first }
        let values = family.labels.map { String((given[$0] ?? "").prefix(Self.longestLabel)) }
        return series.withLock { all in
            let key = all[name]?[values] == nil && all[name]?.count ?? 0 >= Self.mostSeries ? family.labels.map { _ in "other" } : values
            if let found = all[name]?[key] { return found }
            let new = MetricSeries(family.kind)
            all[name, default: [:]][key] = new
            return new
        }
    }

    /// The text in Prometheus' format 0.0.4, series in the order of their labels.
    package var text: String {
        let all = series.withLock { $0 }
        return families.map { family in
            let series = (all[family.name] ?? [:]).sorted { $0.key.lexicographicallyPrecedes($1.key) }
            return PrometheusText.text(of: family, series.map { ($0.key, $0.value.values) })
        }.joined()
    }
}
