public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import RoostCore
public import ServiceLifecycle
public import SystemPackage

/// Serves a folder of models as a Hugging Face Hub, for a LAN or a room without a network: `HF_ENDPOINT` is all that clients need to be told.
///
/// `DIR/org/name/…` is the repository `org/name`; `DIR/name/…` is `name` if that folder holds files directly. There is one branch, `main`;
/// its commit is made from the content, so it moves exactly when a file changes. Not served: dot files except `.gitattributes`, names that
/// are unsafe on some platform, links that lead out of the folder. Whoever can connect can read.
public struct HubMirror: Service {
    /// What wraps the answers of the mirror: any `RouterMiddleware` of Hummingbird.
    public typealias Middleware = any MiddlewareProtocol<Request, Response, BasicRequestContext>

    /// How a mirror is set up.
    public struct Configuration: Sendable {
        /// The folder to serve.
        public var directory: FilePath
        /// The address to listen on.
        public var host: String
        /// The port to listen on; 0 takes any.
        public var port: Int
        /// Where the digests of files are remembered between runs; `nil` remembers them in memory.
        public var indexDirectory: FilePath?
        /// Bytes a second over all file bodies together; `nil` is as fast as the machine can.
        public var bandwidthLimit: Int64?
        /// Entries in one page of a file listing; the Hub's own number is 1000.
        public var treePageSize = 1000

        /// Sets a mirror up.
        ///
        /// - Parameters:
        ///   - directory: The folder to serve.
        ///   - host: The address to listen on.
        ///   - port: The port to listen on; 0 takes any.
        ///   - indexDirectory: Where the digests of files are remembered between runs.
        ///   - bandwidthLimit: Bytes a second over all file bodies together, at least 1.
        public init(
            directory: FilePath, host: String = "127.0.0.1", port: Int = 8006, indexDirectory: FilePath? = nil, bandwidthLimit: Int64? = nil
        ) {
            self.directory = directory
            self.host = host
            self.port = port
            self.indexDirectory = indexDirectory
            self.bandwidthLimit = bandwidthLimit
        }
    }

    let configuration: Configuration
    let catalog: MirrorCatalog
    let directory: MirrorDirectory
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
        self.directory = MirrorDirectory(configuration.directory)
        let index = DigestIndex(of: directory, in: configuration.indexDirectory, logger: logger)
        self.catalog = MirrorCatalog(directory: directory, index: index, logger: logger)
        self.middleware = middleware
        self.logger = logger
        self.onRunning = onRunning
    }

    /// Hashes what is new, so that no client has to wait for it later.
    ///
    /// - Parameter onRepository: Called for each repository when it is ready.
    /// - Throws: `RoostError` when the folder or a file cannot be read; `CancellationError`.
    public func index(onRepository: (MirrorSummary) -> Void) async throws {
        try directory.check()
        for id in try await catalog.repositories() {
            do {
                guard let snapshot = try await catalog.snapshot(of: id) else { continue }
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
    /// - Throws: `RoostError` with code `invalidConfiguration` when the folder is missing or the address cannot be had.
    public func run() async throws {
        try directory.check()
        do {
            try await application().run()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw RoostError(.invalidConfiguration, listenFailure(error), cause: error)
        }
    }

    /// The server, for `run()` and for tests that need no socket.
    func application() -> Application<CallbackResponder<BasicRequestContext>> {
        let router = Router(context: BasicRequestContext.self)
        for wrapper in middleware { router.middlewares.add(wrapper) }
        let limiter = configuration.bandwidthLimit.map { BandwidthLimiter(bytesPerSecond: $0) }
        let chain = router.middlewares.constructResponder(
            finalResponder: MirrorResponder(catalog: catalog, configuration: configuration, limiter: limiter))
        return Application(
            responder: CallbackResponder { try await chain.respond(to: $0, context: $1) },
            server: .http1(configuration: HTTP1Channel.Configuration(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: "roost/\(RoostVersion.current)",
                availableConnectionsDelegate: .maximum(1024, logger: logger)),
            onServerRunning: { [onRunning] channel in await onRunning(channel.localAddress?.port ?? 0) },
            logger: logger)
    }

    private func listenFailure(_ error: any Error) -> String {
        let address = "\(configuration.host) port \(configuration.port)"
        let reason: Errno? = (error as? IOError).map { Errno(rawValue: $0.errnoCode) }
        switch reason {
        case Errno.addressInUse?: return "Something else listens on \(address) already. Stop it, or choose another port with --port."
        case Errno.permissionDenied?: return "This user may not listen on \(address). Choose a port above 1023 with --port."
        case Errno.addressNotAvailable?: return "\(configuration.host) is not an address of this machine. Choose another one with --host."
        default: return "The mirror cannot listen on \(address): \(error)."
        }
    }
}
