import Testing

@testable import RoostCore

@Suite("Sharing a line")
struct BandwidthScheduleTests {
    @Test("Reservations queue up behind each other, and a line that was idle for long gives a tenth of a second of credit")
    func queue() {
        var schedule = BandwidthSchedule(bytesPerSecond: 1000)
        let start = ContinuousClock.now
        #expect(schedule.reserve(500, at: start) == start.advanced(by: .milliseconds(500)))
        #expect(schedule.reserve(1000, at: start) == start.advanced(by: .milliseconds(1500)))
        let later = start.advanced(by: .seconds(60))
        #expect(schedule.reserve(250, at: later) == later.advanced(by: .milliseconds(150)))
    }
}
