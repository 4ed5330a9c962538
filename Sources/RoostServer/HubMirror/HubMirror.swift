public import HubClient
public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import RoostCore
public import ServiceLifecycle
public import SystemPackage

/// Serves models, datasets and spaces as a Hugging Face Hub, for a LAN or a room without a network: `HF_ENDPOINT` is all that clients need to
/// be told. What it serves comes from a folder, from the Hub cache of this machine, and, when there is an upstream, from there.
///
/// `DIR/org/name/…` is the model `org/name`; `DIR/name/…` is `name` if that folder holds files directly; `DIR/datasets/org/name/…` is a dataset.
/// A folder has one branch, `main`; its commit is made from the content, so it moves exactly when a file changes. Not served: dot files
/// except `.gitattributes`, names that are unsafe on some platform, links that lead out of the folder. The cache has the revisions that the Hub has.
public struct HubMirror: Service {
    /// What wraps the answers of the mirror: any `RouterMiddleware` of Hummingbird.
    public typealias Middleware = any MiddlewareProtocol<Request, Response, BasicRequestContext>

    /// How a mirror is set up.
    public struct Configuration: Sendable {
        /// The folder to serve, if there is one.
        public var directory: FilePath?
        /// The Hub cache to serve and, unless the configuration says offline, the upstream that it is filled from.
        public var cache: HubConfiguration?
        /// Who may read.
        public var access = MirrorAccess()
        /// The address to listen on.
        public var host: String
        /// The port to listen on; 0 takes any.
        public var port: Int
        /// Where the digests of files are remembered between runs; `nil` remembers them in memory.
        public var indexDirectory: FilePath?
        /// Bytes a second over all file bodies together; `nil` is as fast as the machine can.
        public var bandwidthLimit: Int64?
        /// Entries of a list that are written at a time: some milliseconds of work.
        var listPieceSize = 500
        /// What the options of the command begin with, for messages that name them.
        var optionPrefix = "--"
        /// File bodies that are sent at a time; further clients are asked to come again.
        public var mostBodies = 256
        /// What clients may cost.
        var limits = HTTPLimits(connections: 1024, connectionsPerAddress: 256)

        /// Sets a mirror up.
        ///
        /// - Parameters:
        ///   - directory: The folder to serve, if there is one.
        ///   - host: The address to listen on.
        ///   - port: The port to listen on; 0 takes any.
        ///   - indexDirectory: Where the digests of files are remembered between runs.
        ///   - bandwidthLimit: Bytes a second over all file bodies together, at least 1.
        public init(
            directory: FilePath?, host: String = "127.0.0.1", port: Int = 8006, indexDirectory: FilePath? = nil, bandwidthLimit: Int64? = nil
        ) {
            self.directory = directory
            self.host = host
            self.port = port
            self.indexDirectory = indexDirectory
            self.bandwidthLimit = bandwidthLimit
        }
    }

    let configuration: Configuration
    let folder: (directory: MirrorDirectory, catalog: MirrorCatalog)?
    private let middleware: [Middleware]
    private let logger: Logger
    private let onRunning: @Sendable (Int) async -> Void

    /// Makes a mirror that does not listen yet.
    ///
    /// - Parameters:
    ///   - configuration: How it is set up.
    ///   - middleware: What wraps every answer, outermost first; the tests break answers this way.
    ///   - logger: Hears about failures and, at level debug, about requests; never about headers, which carry the clients' tokens.
    ///   - onRunning: Called with the port as soon as clients can connect.
    public init(
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

    /// Hashes what is new in the folder, so that no client has to wait for it later.
    ///
    /// - Parameter onRepository: Called for each repository when it is ready.
    /// - Throws: `RoostError` when the folder or a file cannot be read; `CancellationError`.
    public func index(onRepository: (MirrorSummary) -> Void) async throws {
        guard let (directory, catalog) = folder else { return }
        try directory.check()
        for id in try await catalog.repositories() {
            do {
                guard let snapshot = try await catalog.snapshot(of: id)?.snapshot else { continue }
                onRepository(MirrorSummary(repository: id, files: snapshot.files.count, bytes: snapshot.bytes))
            } catch let error as MirrorError {
                // A file that is being copied into the folder: the first request for it tries again.
                logger.warning("A repository is not ready yet.", metadata: ["repository": "\(id)", "reason": "\(error.message)"])
            } catch let error as Errno {
                throw RoostError(
                    .fileSystem, "A file of \(id) in \(directory.root) cannot be read: \(error). Check its permissions, or move it away.",
                    cause: error)
            }
        }
    }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// - Throws: `RoostError` with code `invalidConfiguration` when there is nothing to serve, the address cannot be had, or it is one that others
    ///   reach and nothing says who may read.
    public func run() async throws {
        try check()
        do {
            try await application().run()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw RoostError(.invalidConfiguration, listenFailure(error), cause: error)
        }
    }

    /// Makes sure that the mirror can be what it is set up to be.
    ///
    /// - Throws: `RoostError` with code `invalidConfiguration`.
    func check() throws {
        try folder?.directory.check()
        try configuration.access.require(for: configuration.host, option: configuration.optionPrefix + "allow")
    }

    /// The server, for `run()` and for tests that need no socket. Made once: it has connections of its own to the upstream.
    func application() -> some ApplicationProtocol {
        var sources: [any MirrorSource] = folder.map { [FolderSource(catalog: $0.catalog)] } ?? []
        var services: [any Service] = []
        if let cache = configuration.cache {
            let (source, service) = CacheSource.make(cache, indexDirectory: configuration.indexDirectory, logger: logger)
            sources.append(source)
            services.append(service)
        }
        let router = Router(context: BasicRequestContext.self)
        for wrapper in middleware { router.middlewares.add(wrapper) }
        let responder = MirrorResponder(
            source: MirrorSources(sources: sources), configuration: configuration, slots: BodySlots(configuration.mostBodies),
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
