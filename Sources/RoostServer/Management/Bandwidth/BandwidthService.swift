import Foundation
import Logging
import RoostAPI
import RoostCore
import ServiceLifecycle
import Synchronization

/// Applies the limit of all downloads from the settings, the time of day and requests.
final class BandwidthService: Service {
    /// The functions that apply the limit.
    struct Target: Sendable {
        /// Sets the most bytes per second.
        var limit: @Sendable (Int64?) -> Void
        /// Holds pulls in the queue, or releases them.
        var hold: @Sendable (Bool) -> Void
    }

    private struct State {
        /// The limit of the last request; `nil` without one.
        var wanted: DownloadWindows.Limit?
        var last: DownloadWindows.Limit?
    }

    private let configured: DownloadWindows.Limit
    private let windows: DownloadWindows
    private let target: Target
    private let minute: @Sendable () -> Int
    private let logger: Logger
    private let state = Mutex(State())

    /// Creates the service and applies the current limit.
    ///
    /// - Parameters:
    ///   - configured: The limit outside all windows.
    ///   - windows: The limits by time of day.
    ///   - target: The functions that apply the limit.
    ///   - minute: Returns the local time in minutes since midnight.
    ///   - logger: The logger.
    init(
        configured: DownloadWindows.Limit, windows: DownloadWindows, target: Target, minute: @escaping @Sendable () -> Int = localMinute,
        logger: Logger
    ) {
        self.configured = configured
        self.windows = windows
        self.target = target
        self.minute = minute
        self.logger = logger
        apply()
    }

    /// Applies the windows until the server stops.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: .seconds(5))) != nil { self.apply() }
        }
    }

    /// The limit in force.
    var view: BandwidthView {
        let (limit, source) = current(state.withLock { $0.wanted })
        let rate: Int64? = if case .rate(let rate) = limit { rate } else { nil }
        return BandwidthView(bytesPerSecond: rate, isClosed: limit == .closed, source: source)
    }

    /// Sets a limit that is in force until it is removed or the server ends.
    ///
    /// - Parameter limit: The limit; `nil` for that of the settings.
    func change(to limit: DownloadWindows.Limit?) {
        state.withLock { $0.wanted = limit }
        apply()
    }

    private func current(_ wanted: DownloadWindows.Limit?) -> (DownloadWindows.Limit, BandwidthView.Source) {
        if let wanted { return (wanted, .request) }
        if let limit = windows.limit(atMinute: minute()) { return (limit, .window) }
        return (configured, .configuration)
    }

    func apply() {
        state.withLock { state in
            let limit = current(state.wanted).0
            guard limit != state.last else { return }
            if state.last != nil || limit != .unlimited { logger.notice("the limit of downloads changes", metadata: ["limit": "\(limit)"]) }
            if case .rate(let rate) = limit { target.limit(rate) } else { target.limit(nil) }
            if limit == .closed || state.last == .closed { target.hold(limit == .closed) }
            state.last = limit
        }
    }

    /// The machine's local time.
    @Sendable static func localMinute() -> Int {
        let parts = Calendar.current.dateComponents([.hour, .minute], from: Date())
        return (parts.hour ?? 0) * 60 + (parts.minute ?? 0)
    }
}
