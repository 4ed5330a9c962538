import ArgumentParser
import RoostAPI
import RoostClient
import RoostCore

/// `roost bandwidth`.
struct BandwidthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bandwidth", abstract: "Show or change the limit of all downloads together.",
        discussion: """
            A change applies at once, also to running pulls, until `roost bandwidth reset` or the end of the server. Permanent settings: `max_download_rate` and \
            `download_windows` in config.json. One pull alone: roost jobs rate.
            """)

    @Argument(help: "A rate such as 20MB (64KiB or more), unlimited, off, or reset (to the settings). Without it: show the limit.")
    var limit: String?
    @OptionGroup var options: ServerOptions

    func validate() throws {
        guard let limit, limit != "reset", DownloadWindows.limit(limit) == nil else { return }
        throw ValidationError("A limit is a rate of 64KiB or more such as 20MB, `unlimited`, `off` or `reset`; got '\(limit)'.")
    }

    func run() async throws {
        let client = try await options.client()
        let view: BandwidthView
        switch limit {
        case nil: view = try await client.bandwidth()
        case "reset"?: view = try await client.resetBandwidth()
        case let word?:
            let wanted = DownloadWindows.limit(word)
            let rate: Int64? = if case .rate(let rate)? = wanted { rate } else { nil }
            view = try await client.limitBandwidth(to: rate, closed: wanted == .closed)
        }
        if options.json { return try JSONOutput.print(view) }
        let text = view.isClosed ? "off: pulls wait" : view.bytesPerSecond.map { "at most \(ByteCount($0))/s" } ?? "unlimited"
        let source =
            switch view.source {
            case .configuration: "by the settings"
            case .window: "by a time window"
            case .request: "until `roost bandwidth reset` or the server's end"
            }
        Terminal.print("Downloads: \(text) (\(source)).")
    }
}
