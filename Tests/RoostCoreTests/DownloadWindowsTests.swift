import Testing

@testable import RoostCore

@Suite struct DownloadWindowsTests {
    @Test(arguments: [
        ("20MB", 20_000_000), ("64KiB", 65_536), ("1.5 MiB/s", 1_572_864), ("1000000", 1_000_000), ("2g", 2_000_000_000),
    ]) func `a rate is a number with a unit`(text: String, bytes: Int64) {
        #expect(ByteRate(parsing: text)?.bytesPerSecond == bytes)
    }

    @Test(arguments: ["", "MB", "-5MB", "5XB", "1", "63KiB", "1e9", "1.2.3MB", "inf", "nan", "99999999999999999999GB", "０MB"])
    func `what is no rate, or one too slow to live, is refused`(text: String) { #expect(ByteRate(parsing: text) == nil) }

    @Test func `the first window that holds counts, also over midnight`() throws {
        let windows = try #require(DownloadWindows(parsing: "22:00-06:00=unlimited, 12:00-13:00=off,06:00-24:00=2MB"))
        let expected: [(minute: Int, limit: DownloadWindows.Limit)] = [
            (0, .unlimited), (359, .unlimited), (360, .rate(2_000_000)), (719, .rate(2_000_000)), (720, .closed), (779, .closed),
            (780, .rate(2_000_000)), (1319, .rate(2_000_000)), (1320, .unlimited), (1439, .unlimited),
        ]
        for (minute, limit) in expected { #expect(windows.limit(atMinute: minute) == limit, "minute \(minute)") }
        #expect(try #require(DownloadWindows(parsing: "08:00-09:00=off")).limit(atMinute: 600) == nil)
    }

    @Test(arguments: ["x", "08:00=off", "08:00-08:00=off", "8:00-9:00=off", "08:60-09:00=off", "24:01-09:00=off", "08:00-09:00=fast", "08:00-09:00"])
    func `what is no window is refused`(text: String) { #expect(DownloadWindows(parsing: text) == nil) }

    @Test func `who waits for a slow line goes on when the limit goes`() async throws {
        let limiter = BandwidthLimiter(bytesPerSecond: 1)
        // It would be a thousand seconds of waiting without the change.
        async let waiting: Void = limiter.admit(1000)
        try await Task.sleep(for: .milliseconds(20))
        limiter.bytesPerSecond = nil
        try await waiting
        try await limiter.admit(1_000_000)
        #expect(limiter.bytesPerSecond == nil)
    }
}
