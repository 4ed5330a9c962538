import Testing

@testable import HubClient

@Suite struct StreamCountTests {
    @Test func `one stream is enough next door`() {
        var count = StreamCount(most: 8)
        count.answered(after: .milliseconds(1))
        count.measured(rate: 900e6)
        count.measured(rate: 100e6)
        #expect(count.target == 1)
    }

    @Test func `far away all streams begin at once`() {
        var count = StreamCount(most: 8)
        count.answered(after: .milliseconds(50))
        #expect(count.target == 8)
    }

    @Test func `streams double while that helps, and the doubling that did not is taken back`() {
        var count = StreamCount(most: 8)
        count.answered(after: .milliseconds(2))
        count.measured(rate: 20e6)
        #expect(count.target == 2)
        count.measured(rate: 40e6)
        #expect(count.target == 4)
        count.measured(rate: 42e6)
        #expect(count.target == 2)
        count.measured(rate: 10e6)
        #expect(count.target == 2)
    }

    @Test func `a single stream stays single`() {
        var count = StreamCount(most: 1)
        count.answered(after: .seconds(1))
        count.measured(rate: 1)
        #expect(count.target == 1)
    }
}
