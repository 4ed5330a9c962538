import Logging
import RoostAPI
import RoostCore
import Synchronization
import TestSupport
import Testing

@testable import RoostServer

@Suite struct BandwidthServiceTests {
    /// What the service did, and the time it sees.
    private final class Bench: Sendable {
        let minute = Mutex(0)
        let limit = Mutex<Int64?>(-1)
        let isHeld = Mutex(false)

        func service(_ windows: String, configured: DownloadWindows.Limit = .unlimited) throws -> BandwidthService {
            BandwidthService(
                configured: configured, windows: try #require(DownloadWindows(parsing: windows)),
                target: .init(limit: { rate in self.limit.withLock { $0 = rate } }, hold: { held in self.isHeld.withLock { $0 = held } }),
                minute: { self.minute.withLock { $0 } }, logger: .silent)
        }

        func at(_ minute: Int, _ service: BandwidthService) -> (rate: Int64?, isHeld: Bool) {
            self.minute.withLock { $0 = minute }
            service.apply()
            return (limit.withLock { $0 }, isHeld.withLock { $0 })
        }
    }

    @Test func `the time of the day changes the limit`() throws {
        let bench = Bench()
        let service = try bench.service("01:00-02:00=1MB,02:00-03:00=off", configured: .rate(5_000_000))
        #expect(bench.at(0, service) == (5_000_000, false))
        #expect(service.view == BandwidthView(bytesPerSecond: 5_000_000, isClosed: false, source: .configuration))
        #expect(bench.at(60, service) == (1_000_000, false))
        #expect(bench.at(120, service) == (nil, true))
        #expect(service.view == BandwidthView(bytesPerSecond: nil, isClosed: true, source: .window))
        #expect(bench.at(180, service) == (5_000_000, false))
    }

    @Test func `the limit of a request has precedence until it is removed`() throws {
        let bench = Bench()
        let service = try bench.service("00:00-24:00=off")
        #expect(bench.at(5, service) == (nil, true))
        service.change(to: .rate(70_000))
        #expect(bench.at(6, service) == (70_000, false))
        #expect(service.view.source == .request)
        service.change(to: nil)
        #expect(bench.at(7, service) == (nil, true))
    }
}
