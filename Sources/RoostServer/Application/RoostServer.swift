import Engines
import Foundation
import HubClient
import Hummingbird
import HummingbirdCore
import JobStore
public import Logging
import NIOCore
import PullJobs
import RoostCore
public import ServiceLifecycle
import SystemPackage
import UnixSignals

/// The composition root: builds the parts from the settings, wires them, runs them until the server is asked to stop.
public struct RoostServer: Service {
    /// What the server is started with.
    public struct Configuration: Sendable {
        /// All settings, checked.
        public var settings: ServerSettings
        /// The environment: the Hub's variables and the search path for the engine.
        public var environment: [String: String]
        /// How the guard of an engine is started: the path of `roost` and `engine-guard`.
        public var guardCommand: [String]

        /// Makes a configuration.
        ///
        /// - Parameters:
        ///   - settings: All settings, checked.
        ///   - environment: The environment variables.
        ///   - guardCommand: How the guard of an engine is started.
        public init(settings: ServerSettings, environment: [String: String], guardCommand: [String]) {
            self.settings = settings
            self.environment = environment
            self.guardCommand = guardCommand
        }
    }

    /// How long running work may take to end after the server was asked to stop.
    public static let shutdownLimit: Duration = .seconds(20)

    private let configuration: Configuration
    private let logger: Logger
    private let onRunning: @Sendable (_ url: String) async -> Void

    /// Makes a server; nothing happens before `run()`.
    ///
    /// - Parameters:
    ///   - configuration: What it is started with.
    ///   - logger: Hears about everything.
    ///   - onRunning: Called once requests are answered, with the server's URL.
    public init(configuration: Configuration, logger: Logger, onRunning: @escaping @Sendable (_ url: String) async -> Void = { _ in }) {
        self.configuration = configuration
        self.logger = logger
        self.onRunning = onRunning
    }

    /// Serves until SIGTERM, SIGINT or a graceful shutdown of the surrounding group.
    ///
    /// - Throws: `RoostError` when the home, jobs.db or the port cannot be used.
    public func run() async throws {
        ProcessMemory.prepare()
        let mirror = try HubMirror.sharing(configuration.settings, environment: configuration.environment, logger: logger)
        let home = try await claimHome()
        let database = try JobDatabase(path: home.database.string, logger: logger)
        var hubConfiguration = try HubConfiguration(environment: configuration.environment)
        hubConfiguration.diskReserve = configuration.settings.diskReserve
        let hub = HubClient(configuration: hubConfiguration, logger: logger)
        do {
            let parts = ServerParts(
                configuration: configuration, database: database, hub: hub, hubConfiguration: hubConfiguration,
                socketDirectory: home.socketDirectory, logger: logger)
            await warnAboutEngine(parts)
            try await serve(parts, sharing: mirror)
        } catch {
            try await hub.shutdown()
            try database.close()
            throw error
        }
        try await hub.shutdown()
        try database.close()
        withExtendedLifetime(home) {}
    }

    /// Takes the home. A server that was killed a moment ago may still be on its way out, so a taken home is tried again for two seconds.
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

    /// Services start in this order and stop in reverse: no job is claimed any more, then no request is taken, then webhooks
    /// and the upkeep of jobs.db end, then the engines.
    private func serve(_ parts: ServerParts, sharing mirror: HubMirror?) async throws {
        let application = Application(
            router: parts.router(), server: limits.server, configuration: applicationConfiguration,
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? configuration.settings.port
                await onRunning("http://\(urlHost):\(port)")
            }, logger: logger)
        var group = ServiceGroupConfiguration(
            services: [
                .init(service: parts.engines), .init(service: parts.maintenance), .init(service: parts.webhooks), .init(service: parts.polls),
                .init(service: parts.bandwidth), .init(service: MemoryService()),
                .init(service: application), .init(service: parts.pulls),
            ] + (mirror.map { [.init(service: $0)] } ?? []),
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = Self.shutdownLimit
        do {
            try await ServiceGroup(configuration: group).run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw RoostError(
                .conflict,
                "Port \(configuration.settings.port) on \(configuration.settings.host) is taken; stop what listens there, or choose another with --port.",
                cause: error)
        }
    }

    /// Pulls work without an engine, so a missing or old one is no reason not to start; but somebody should know.
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
