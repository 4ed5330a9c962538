import Access
import Engines
import Foundation
import HTTPServing
import HubClient
import HubMirror
import Hummingbird
import HummingbirdCore
import JobStoreSQLite
package import Logging
import ModelLibrary
import NIOCore
import PullJobs
import RoostCore
import ServiceLifecycle
import SystemPackage
import UnixSignals

/// The composition root: creates the parts from the settings, connects them, and runs them until the server is stopped.
package struct RoostServer: Service {
    /// The configuration of a server.
    package struct Configuration: Sendable {
        /// The settings, validated.
        package var settings: ServerSettings
        /// The environment variables: those of the Hub, and the search path for the engine.
        package var environment: [String: String]
        /// The command that starts the guard of an engine: the path of `roost` and `engine-guard`.
        package var guardCommand: [String]
        /// The time without an answer after which the client of a stream is told what it waits for.
        package var streamPulse: Duration = EngineStream.pulse

        /// Creates a configuration.
        package init(settings: ServerSettings, environment: [String: String], guardCommand: [String]) {
            self.settings = settings
            self.environment = environment
            self.guardCommand = guardCommand
        }
    }

    /// The most time for running work to end after a request to stop.
    package static let shutdownLimit: Duration = .seconds(20)

    private let configuration: Configuration
    private let logger: Logger
    private let onRunning: @Sendable (_ url: String) async -> Void

    /// Creates a server; its work begins with `run()`.
    ///
    /// - Parameters:
    ///   - configuration: The configuration.
    ///   - logger: The logger.
    ///   - onRunning: Called with the server's URL as soon as requests are answered.
    package init(configuration: Configuration, logger: Logger, onRunning: @escaping @Sendable (_ url: String) async -> Void = { _ in }) {
        self.configuration = configuration
        self.logger = logger
        self.onRunning = onRunning
    }

    /// Runs the server until SIGTERM, SIGINT or a graceful shutdown of the surrounding service group.
    ///
    /// - Throws: `RoostError` when the home, jobs.db or the port cannot be used.
    package func run() async throws {
        ProcessMemory.prepare()
        let mirror = try HubMirror.sharing(configuration.settings, environment: configuration.environment, logger: logger)
        let home = try await claimHome()
        let keyStore = try KeyStore(path: HomeDirectory.keys(in: home.path))
        let keys = try KeyKeeper(store: keyStore, auditDays: configuration.settings.auditRetentionDays, logger: logger)
        let accounts = try KeyAccounts(store: keyStore, logger: logger)
        try configuration.settings.refuseOpenServer(needsKeys: keys.needsKeys)
        let settings = configuration.settings
        try keyStore.record(
            AuditEntry(
                time: Timestamp(Date()), actor: "server", action: "server start",
                target: "\(settings.host):\(settings.port), keys \(keys.needsKeys ? "needed" : "not needed")", outcome: "done"))
        let database = try JobDatabase(path: home.database.string, logger: logger)
        var hubConfiguration = try HubConfiguration(environment: configuration.environment)
        hubConfiguration.diskReserve = configuration.settings.diskReserve
        let hub = HubClient(configuration: hubConfiguration, logger: logger)
        do {
            let parts = ServerParts(
                configuration: configuration, database: database, keys: keys, accounts: accounts, keyStore: keyStore, hub: hub,
                hubConfiguration: hubConfiguration, socketDirectory: home.socketDirectory, logger: logger)
            await warnAboutEngine(parts)
            try await serve(parts, sharing: mirror)
        } catch {
            try await hub.shutdown()
            try database.close()
            throw error
        }
        try await hub.shutdown()
        try database.close()
        try keyStore.close()
        withExtendedLifetime(home) {}
    }

    /// Acquires the home. A server that was just killed may not have ended yet, so the lock is tried for two seconds.
    private func claimHome() async throws -> HomeDirectory {
        for _ in 0..<20 {
            do {
                return try HomeDirectory(claiming: configuration.settings.home)
            } catch let error as RoostError where error.code == .conflict {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        return try HomeDirectory(claiming: configuration.settings.home)
    }

    /// Starts the services in this order and stops them in reverse: first no job is claimed any more, then no request
    /// accepted, then webhooks and the maintenance of jobs.db end, then the engines.
    private func serve(_ parts: ServerParts, sharing mirror: HubMirror?) async throws {
        let certificates = try configuration.settings.certificates(logger: logger)
        let application = Application(
            router: parts.router(), server: limits.server(with: certificates), configuration: applicationConfiguration,
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? configuration.settings.port
                await onRunning("\(certificates == nil ? "http" : "https")://\(urlHost):\(port)")
            }, logger: logger)
        var group = ServiceGroupConfiguration(
            services: [
                .init(service: parts.engines), .init(service: parts.maintenance), .init(service: parts.webhooks), .init(service: parts.polls),
                .init(service: parts.jobMetrics), .init(service: parts.keys), .init(service: parts.accounts), .init(service: parts.bandwidth),
                .init(service: MemoryService()), .init(service: parts.preload), .init(service: parts.background),
                .init(service: application), .init(service: parts.pulls),
            ] + (mirror.map { [.init(service: $0)] } ?? []) + (certificates.map { [.init(service: $0)] } ?? []),
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = Self.shutdownLimit
        do {
            try await ServiceGroup(configuration: group).run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw RoostError(
                .conflict,
                "Port \(configuration.settings.port) on \(configuration.settings.host) is already in use; stop the other program, or choose another port with --port.",
                cause: error)
        }
    }

    /// Logs a warning about a missing or old engine. It does not prevent the start, because pulls work without an
    /// engine.
    private func warnAboutEngine(_ parts: ServerParts) async {
        do {
            let version = try await EngineLocator.version(of: parts.engineExecutable())
            guard let build = version.build, build < EngineLocator.minimumBuild else { return }
            logger.warning("llama-server is build \(build), and Roost needs \(EngineLocator.minimumBuild) or newer; run `make engine`")
        } catch {
            logger.warning("no model can be loaded: \(error)")
        }
    }

    private var applicationConfiguration: ApplicationConfiguration {
        ApplicationConfiguration(
            address: .hostname(configuration.settings.host, port: configuration.settings.port), serverName: "roost/\(RoostVersion.current)",
            availableConnectionsDelegate: limits.availableConnections(logger: logger))
    }

    private var limits: HTTPLimits {
        var limits = HTTPLimits()
        limits.connections = min(limits.connections, OpenFiles.raiseLimit() / 2)
        limits.connectionsPerAddress = configuration.settings.maxConnectionsPerAddress
        return limits
    }

    private var urlHost: String {
        let host = configuration.settings.host
        return host.contains(":") ? "[\(host)]" : host
    }
}
