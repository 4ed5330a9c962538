import CoreMetrics
import Synchronization

/// The values of a metric with one set of labels. It does what all kinds of metrics do; the family says which one it is.
final class MetricSeries: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    /// The values of a series.
    struct Values: Sendable {
        /// The value of a counter or a gauge; the sum of a histogram.
        var value = 0.0
        /// The number of recorded values.
        var count = 0
        /// The number of values in each bucket; those above the last bound are in none.
        var buckets: [Int]
    }

    private let bounds: [Double]
    private let state: Mutex<Values>

    init(_ kind: MetricFamily.Kind) {
        bounds = if case .histogram(let bounds) = kind { bounds } else { [] }
        state = Mutex(Values(buckets: Array(repeating: 0, count: bounds.count)))
    }

    /// The values now.
    var values: Values { state.withLock { $0 } }

    func increment(by amount: Int64) { increment(by: Double(amount)) }

    func increment(by amount: Double) { state.withLock { $0.value += amount } }

    func decrement(by amount: Double) { increment(by: -amount) }

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) { state.withLock { $0.value = value } }

    func reset() { state.withLock { $0 = Values(buckets: Array(repeating: 0, count: bounds.count)) } }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard value.isFinite else { return }
        state.withLock { values in
            values.value += value
            values.count += 1
            if let index = bounds.firstIndex(where: { value <= $0 }) { values.buckets[index] += 1 }
        }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}
