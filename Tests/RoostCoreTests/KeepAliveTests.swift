import Testing

@testable import RoostCore

@Suite struct KeepAliveTests {
    @Test(arguments: [
        ("0", 0.0), ("30", 30), ("1.5", 1.5), ("30s", 30), ("10m", 600), ("1h", 3600), ("1h30m", 5400), ("2h5s", 7205), ("0s", 0),
        ("315360000", 315_360_000),
    ]) func `a time is a number of seconds, or has letters`(text: String, seconds: Double) {
        #expect(KeepAlive(parsing: text) == .unused(.seconds(seconds)))
    }

    @Test(arguments: ["forever", "-1", "-0.5"]) func `forever has a word, and any negative number`(text: String) {
        #expect(KeepAlive(parsing: text) == .forever)
    }

    @Test(arguments: [
        "soon", "", "s", "10 m", "10min", "m10", "5m1h", "1d", "inf", "nan", "1e3", "0x10", "315360001", "999999h", "99999999999999999999", "１0s",
        "-1m", "--1",
    ]) func `what is no time is refused`(text: String) { #expect(KeepAlive(parsing: text) == nil) }

    @Test func `its text is read as the same time`() {
        for time in [KeepAlive.forever, .unused(.zero), .unused(.seconds(5400))] { #expect(KeepAlive(parsing: time.description) == time) }
        #expect(KeepAlive(seconds: .infinity) == nil && KeepAlive(seconds: .nan) == nil && KeepAlive(seconds: -3) == .forever)
    }
}
