import HubClient
package import Logging
import RoostCore
import ServiceLifecycle
import UnixSignals

extension HubMirror {
    /// Runs `roost hub serve`: hashes new files, serves, and ends after SIGINT or SIGTERM, at the latest after five
    /// seconds.
    ///
    /// - Parameters:
    ///   - configuration: The configuration of the mirror.
    ///   - logger: The logger.
    ///   - report: Receives each line for the terminal.
    /// - Throws: `RoostError` with code `invalidConfiguration`, as `run()`.
    package static func serve(_ configuration: Configuration, logger: Logger, report: @escaping @Sendable (String) -> Void) async throws {
        let mirror = HubMirror(configuration: configuration, logger: logger) { port in
            for line in greeting(configuration.access, host: configuration.host, port: port) { report(line) }
        }
        let service = ClosureService {
            try mirror.check()
            try await cancelWhenGracefulShutdown { try await mirror.index(reportingTo: report) }
            try await mirror.run()
        }
        var group = ServiceGroupConfiguration(
            services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(5)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch is CancellationError {
            // A signal during the hashing, or a transfer that did not end in time: both are a normal end.
        }
    }

    private func index(reportingTo report: @Sendable (String) -> Void) async throws {
        if let cache = configuration.cache {
            report("Serving the Hub cache in \(cache.cacheDirectory).")
            if !cache.isOffline { report("Missing files are fetched from \(cache.endpoint), with the access of this machine.") }
        }
        guard let directory = configuration.directory else { return }
        report("Reading \(directory) (files that are new or changed are hashed once) …")
        var repositories = 0
        var bytes: Int64 = 0
        try await index { summary in
            repositories += 1
            bytes += summary.bytes
            report("  \(summary.repository): \(summary.files) file\(summary.files == 1 ? "" : "s"), \(ByteCount(summary.bytes))")
        }
        if repositories == 0 {
            report("There is no repository yet. Put models into \(directory) as ORG/NAME/FILES; a restart is not needed.")
        } else {
            report("\(repositories) repositor\(repositories == 1 ? "y" : "ies"), \(ByteCount(bytes)).")
        }
    }

    private static func greeting(_ access: MirrorAccess, host: String, port: Int) -> [String] {
        let isEverywhere = ["0.0.0.0", "::"].contains(host)
        let shown = isEverywhere ? "127.0.0.1" : host.contains(":") ? "[\(host)]" : host
        var lines = ["Serving at http://\(shown):\(port) – clients use it with", "HF_ENDPOINT=http://\(shown):\(port)"]
        if isEverywhere { lines.append("From other machines, put this machine's name or address in place of \(shown).") }
        if access.token != nil { lines.append("HF_TOKEN=(the token of this mirror)") }
        return lines
    }

    /// Parses the rate of `--throttle`.
    ///
    /// - Parameter text: A number with a unit: `10MB`, `500 kB`, `1.5GB`, `64KiB`; `B` is optional, and so is a final
    ///   `/s`.
    /// - Returns: Bytes per second, at least 1.
    /// - Throws: `RoostError` with code `invalidRequest` and field `throttle`.
    package static func bytesPerSecond(parsing text: String) throws -> Int64 {
        let compact = text.lowercased().filter { $0 != " " }
        let amount = compact.hasSuffix("/s") ? String(compact.dropLast(2)) : compact
        guard let bytes = ByteCount(parsing: amount)?.bytes, (1...1_000_000_000_000_000).contains(bytes) else {
            throw RoostError(
                .invalidRequest, "`--throttle` takes bytes per second such as `10MB` or `500kB`; got \(text.quotedForPeople).", field: "throttle")
        }
        return bytes
    }
}
