package import HTTPServing
package import HubClient
package import Hummingbird
package import HummingbirdCore
package import Logging
import NIOCore
package import RoostCore
import ServiceLifecycle
package import SystemPackage

/// Serves models, datasets and spaces as a Hugging Face Hub, for a LAN or a room without a network. Clients only need
/// `HF_ENDPOINT`. The files come from a folder, from the Hub cache of this machine, and from an upstream if there is
/// one.
///
/// `DIR/org/name/…` is the model `org/name`; `DIR/name/…` is `name` if that folder holds files directly;
/// `DIR/datasets/org/name/…` is a dataset. A folder has one branch, `main`; its commit is computed from the content, so
/// it changes exactly when a file changes. Not served: dot files except `.gitattributes`, names that are unsafe on some
/// platform, and links that lead out of the folder. The cache has the revisions of the Hub.
package struct HubMirror: Service {
    /// A middleware around the answers of the mirror: any `RouterMiddleware` of Hummingbird.
    package typealias Middleware = any MiddlewareProtocol<Request, Response, BasicRequestContext>

    /// The configuration of a mirror.
    package struct Configuration: Sendable {
        /// The folder to serve, if there is one.
        package var directory: FilePath?
        /// The Hub cache to serve and, unless the configuration is offline, the upstream that fills it.
        package var cache: HubConfiguration?
        /// The access rules.
        package var access = MirrorAccess()
        /// The address to listen on.
        package var host: String
        /// The port to listen on; 0 for any free one.
        package var port: Int
        /// The folder for the digests of files between runs; `nil` to keep them in memory.
        package var indexDirectory: FilePath?
        /// The most bytes per second of all file bodies together; `nil` for no limit.
        package var bandwidthLimit: Int64?
        /// The number of list entries that are written at a time: some milliseconds of work.
        package var listPieceSize = 500
        /// The prefix of the command's options, for messages.
        package var optionPrefix = "--"
        /// The most file bodies that are sent at the same time, a quarter of them to one address; further clients are
        /// asked to try again later.
        package var mostBodies = 256
        /// The most time that a client waits for the upstream: for a name that the cache knows too, and for the head of an answer
        /// of which no byte has come. Clients give up on a silent server.
        package var patience: Duration = .seconds(3)
        /// The limits of clients.
        package var limits = HTTPLimits(connections: 1024, connectionsPerAddress: 256)

        /// Creates a configuration.
        package init(
            directory: FilePath?, host: String = "127.0.0.1", port: Int = 8006, indexDirectory: FilePath? = nil, bandwidthLimit: Int64? = nil
        ) {
            self.directory = directory
            self.host = host
            self.port = port
            self.indexDirectory = indexDirectory
            self.bandwidthLimit = bandwidthLimit
        }
    }

    package let configuration: Configuration
    package let folder: (directory: MirrorDirectory, catalog: MirrorCatalog)?
    private let middleware: [Middleware]
    private let logger: Logger
    private let onRunning: @Sendable (Int) async -> Void

    /// Creates a mirror that does not listen yet.
    ///
    /// - Parameters:
    ///   - configuration: The configuration.
    ///   - middleware: The middleware around every answer, outermost first; tests use it to inject faults.
    ///   - logger: The logger. It receives failures and, at level debug, requests, but never headers, because they
    ///     contain the clients' tokens.
    ///   - onRunning: Called with the port as soon as clients can connect.
    package init(
        configuration: Configuration, middleware: [Middleware] = [], logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.folder = configuration.directory.map { path in
            let directory = MirrorDirectory(path)
            let digests = DigestStore(of: directory, in: configuration.indexDirectory, logger: logger)
            return (directory, MirrorCatalog(directory: directory, digests: digests, logger: logger))
        }
        self.middleware = middleware
        self.logger = logger
        self.onRunning = onRunning
    }

    /// Hashes new files in the folder, so that no client has to wait for it later.
    ///
    /// - Parameter onRepository: Called for each repository when it is ready.
    /// - Throws: `RoostError` when the folder or a file cannot be read; `CancellationError`.
    package func index(onRepository: (MirrorSummary) -> Void) async throws {
        guard let (directory, catalog) = folder else { return }
        try directory.check()
        for id in try await catalog.repositories() {
            do {
                guard let snapshot = try await catalog.snapshot(of: id)?.snapshot else { continue }
                onRepository(MirrorSummary(repository: id, files: snapshot.files.count, bytes: snapshot.bytes))
            } catch let error as MirrorError {
                // A file is being copied into the folder: the first request for it tries again.
                logger.warning("A repository is not ready yet.", metadata: ["repository": "\(id)", "reason": "\(error.message)"])
            } catch let error as Errno {
                throw RoostError(
                    .fileSystem, "A file of \(id) in \(directory.root) cannot be read: \(error). Check its permissions, or move it away.",
                    cause: error)
            }
        }
    }

    /// Serves until a graceful shutdown or cancellation.
    ///
    /// - Throws: `RoostError` with code `invalidConfiguration` when there is nothing to serve, the address cannot be
    ///   used, or other machines can reach it and no access rule is set.
    package func run() async throws {
        try check()
        do {
            try await application().run()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw RoostError(.invalidConfiguration, listenFailure(error), cause: error)
        }
    }

    /// Checks the configuration.
    ///
    /// - Throws: `RoostError` with code `invalidConfiguration`.
    package func check() throws {
        try folder?.directory.check()
        try configuration.access.require(for: configuration.host, option: configuration.optionPrefix + "allow")
    }

    /// Creates the server, for `run()` and for tests without a socket. Created once, because it has its own connections
    /// to the upstream.
    package func application() -> some ApplicationProtocol {
        var sources: [any MirrorSource] = folder.map { [FolderSource(catalog: $0.catalog)] } ?? []
        var services: [any Service] = []
        if let cache = configuration.cache {
            let (source, service) = CacheSource.make(
                cache, indexDirectory: configuration.indexDirectory, patience: configuration.patience, logger: logger)
            sources.append(source)
            services.append(service)
        }
        let router = Router(context: BasicRequestContext.self)
        for wrapper in middleware { router.middlewares.add(wrapper) }
        let responder = MirrorResponder(
            source: MirrorSources(sources: sources), configuration: configuration, slots: ClientSlots(configuration.mostBodies),
            limiter: configuration.bandwidthLimit.map { BandwidthLimiter(bytesPerSecond: $0) })
        let limits = configuration.limits
        let chain = router.middlewares.constructResponder(finalResponder: responder)
        return Application(
            responder: GuardedResponder(
                access: configuration.access, isLocal: HostName(bare: configuration.host)?.isLoopback == true,
                inner: CallbackResponder { try await chain.respond(to: $0, context: $1) }),
            server: limits.server,
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: "roost/\(RoostVersion.current)",
                availableConnectionsDelegate: limits.availableConnections(logger: logger)),
            services: services, onServerRunning: { [onRunning] channel in await onRunning(channel.localAddress?.port ?? 0) },
            logger: logger)
    }

    private func listenFailure(_ error: any Error) -> String {
        let address = "\(configuration.host) port \(configuration.port)"
        let reason: Errno? = (error as? IOError).map { Errno(rawValue: $0.errnoCode) }
        switch reason {
        case Errno.addressInUse?:
            return "Something else listens on \(address) already. Stop it, or choose another port with \(configuration.optionPrefix)port."
        case Errno.permissionDenied?:
            return "This user may not listen on \(address). Choose a port above 1023 with \(configuration.optionPrefix)port."
        case Errno.addressNotAvailable?:
            return "\(configuration.host) is not an address of this machine. Choose another one with \(configuration.optionPrefix)host."
        default: return "The mirror cannot listen on \(address): \(error)."
        }
    }
}

/// A repository that a mirror is ready to serve.
package struct MirrorSummary: Sendable, Hashable {
    /// The name of the repository.
    package let repository: RepositoryID
    /// The number of files.
    package let files: Int
    /// The size of all files in bytes.
    package let bytes: Int64
}
