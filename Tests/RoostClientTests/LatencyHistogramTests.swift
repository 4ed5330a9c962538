import RoostCore
import TestSupport
import Testing

@testable import RoostClient

@Suite struct LatencyHistogramTests {
    @Test(arguments: 0..<20 as Range<UInt64>) func `a percentile is within 0.4 percent of the exact one, and the longest is exact`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var histogram = LatencyHistogram()
        // From nanoseconds to hours, as many of each magnitude.
        let values = (0..<2000).map { _ in Int64(1) << Int64.random(in: 0...42, using: &generator) + Int64.random(in: 0...999, using: &generator) }
        for value in values { histogram.add(.nanoseconds(value)) }
        let sorted = values.sorted()
        for part in [0, 0.01, 0.5, 0.95, 0.99, 1] {
            let exact = Double(sorted[min(max(Int((part * 2000).rounded(.up)), 1), 2000) - 1])
            let found = Double(histogram.percentile(part)?.nanoseconds ?? -1)
            #expect(abs(found - exact) <= exact / 256 + 0.5, "\(part): \(found), exactly \(exact)")
        }
        #expect(histogram.longest == .nanoseconds(sorted[1999]) && histogram.count == 2000)
    }

    @Test func `an empty one has no percentile, and extreme durations have a place`() {
        var histogram = LatencyHistogram()
        #expect(histogram.percentile(0.5) == nil && histogram.longest == .zero)
        histogram.add(.zero - .seconds(1))
        #expect(histogram.percentile(1) == .zero)
        histogram.add(.seconds(400_000_000))
        #expect(histogram.longest == .seconds(400_000_000) && histogram.percentile(1).map { $0 > .seconds(280_000) } == true)
    }
}
