import Access
import Engines
import Foundation
import HTTPServing
import HubClient
import Hummingbird
import JobStore
import JobStoreSQLite
import Logging
import ModelLibrary
import PrometheusMetrics
import PullJobs
import RoostCore
import SystemPackage

/// The long-lived parts of a server, connected with each other.
struct ServerParts: Sendable {
    let configuration: RoostServer.Configuration
    let hubConfiguration: HubConfiguration
    let database: JobDatabase
    let hub: HubClient
    let catalog: ModelCatalog
    let models: ModelStore
    let engines: EngineSupervisor
    let pulls: PullWorker
    let polls: JobPollService
    let broadcast: JobBroadcast
    let webhooks: WebhookService
    let maintenance: MaintenanceService
    let bandwidth: BandwidthService
    let preload: PreloadService
    let background = BackgroundResponses()
    let writeCheck: WriteCheck
    let jobCounts: JobCounts
    /// Counts all jobs by status, of which there may be a million, for all that ask at once.
    let jobCountsOfAll = SharedReads<Int, [String: Int]>()
    let metrics: PrometheusRegistry
    let jobMetrics: JobMetrics
    let keys: KeyKeeper
    let accounts: KeyAccounts
    let keyStore: KeyStore
    private let logger: Logger
    private let start = ContinuousClock.now

    init(
        configuration: RoostServer.Configuration, database: JobDatabase, keys: KeyKeeper, accounts: KeyAccounts,
        keyStore: KeyStore, hub: HubClient, hubConfiguration: HubConfiguration,
        socketDirectory: FilePath, logger: Logger
    ) {
        let models = ModelStore(
            hub: hubConfiguration, home: configuration.settings.home, ollamaModels: configuration.settings.ollamaModelsDirectory)
        let catalog = models.catalog
        let metrics = PrometheusRegistry(MetricFamily.roost)
        var engineConfiguration = Self.engineConfiguration(configuration, catalog: catalog, socketDirectory: socketDirectory, logger: logger)
        engineConfiguration.metrics = EngineMetrics(factory: metrics)
        let engines = EngineSupervisor(configuration: engineConfiguration, logger: logger)
        self.metrics = metrics
        self.jobMetrics = JobMetrics(database: database, registry: metrics)
        self.configuration = configuration
        self.hubConfiguration = hubConfiguration
        self.database = database
        self.keys = keys
        self.accounts = accounts
        self.keyStore = keyStore
        self.hub = hub
        self.catalog = catalog
        self.models = models
        self.engines = engines
        self.polls = JobPollService(database: database, logger: logger)
        self.logger = logger
        var worker = PullWorker.Configuration(
            maxConcurrentPulls: configuration.settings.maxConcurrentPulls, loader: EngineLoader(catalog: catalog, engines: engines))
        worker.receipts = models.receipts
        worker.conversions = ConversionSettings(configuration.settings, environment: configuration.environment)
        worker.rateNote = RateNote(at: configuration.settings.home.appending("download-rate"))
        let pulls = PullWorker(configuration: worker, database: database, hub: hub, logger: logger)
        let broadcast = JobBroadcast(database: database, view: { pulls.view(of: $0) }, logger: logger)
        self.pulls = pulls
        self.broadcast = broadcast
        let settings = configuration.settings
        self.webhooks = WebhookService(database: database, policy: WebhookPolicy(settings), secret: settings.webhookSecret, logger: logger)
        self.maintenance = MaintenanceService(
            configuration: .init(settings), database: database, backups: JobBackupFolder(path: HomeDirectory.backups(in: settings.home).string),
            onDeletion: { await broadcast.pruned() }, logger: logger)
        self.bandwidth = BandwidthService(
            configured: settings.maxDownloadRate, windows: settings.downloadWindows,
            target: .init(limit: { [hub] in hub.bandwidth.bytesPerSecond = $0 }, hold: { [pulls] in pulls.hold($0) }), logger: logger)
        let loaded = LoadedModelsFile(in: settings.home, logger: logger)
        self.preload = PreloadService(
            preload: settings.preload, remembered: { settings.forgetModels ? [] : await loaded.read() }, most: settings.maxCacheModels,
            catalog: catalog, engines: engines, logger: logger)
        self.writeCheck = WriteCheck { try await database.checkWritable() }
        self.jobCounts = JobCounts { try await database.jobCounts(of: [.queued, .running]) }
    }

    /// Returns all routes behind the checks of `FrontDoor`.
    func router() -> GuardedRouter {
        let router = Router(context: RoostContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestMetrics(registry: metrics))
        router.add(middleware: AuditMiddleware(store: keyStore))
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: LargeAnswers(budget: .ofAnswers(limit: 4 * Inference.largestAnswer)))
        router.add(middleware: ScopeMiddleware(accounts: accounts))
        router.add(middleware: AnthropicModels(catalog: catalog))
        PullRoutes(pulls: pulls, checkCallback: WebhookPolicy(configuration.settings).check).add(to: router)
        JobRoutes(database: database, pulls: pulls, polls: polls, broadcast: broadcast, isCurrent: keys.isCurrent).add(to: router)
        let upkeep = ModelMaintenance(store: models, engines: engines, database: database, pulls: pulls, logger: logger)
        ModelRoutes(upkeep: upkeep).add(to: router)
        AliasRoutes(aliases: ModelAliases(store: models)).add(to: router)
        let settings = configuration.settings
        let bodyLimit = settings.inferenceBodyLimit
        let inference = Inference(
            catalog: catalog, engines: engines, accounts: accounts, bodyLimit: bodyLimit, bodies: .ofRequests(limit: 4 * bodyLimit),
            pulse: configuration.streamPulse)
        let sessions = SessionStore(path: HomeDirectory.sessions(in: configuration.settings.home))
        ChatRoutes(inference: inference, sessions: sessions).add(to: router)
        SessionRoutes(sessions: sessions).add(to: router)
        OpenAIRoutes(inference: inference).add(to: router)
        OllamaRoutes(inference: inference, upkeep: upkeep, space: DiskSpace(reserve: settings.diskReserve), logger: logger).add(to: router)
        OpenAIModelRoutes(catalog: catalog).add(to: router)
        ResponseRoutes(inference: inference, storage: responses, background: background).add(to: router)
        AnthropicRoutes(inference: inference).add(to: router)
        AuditRoutes(store: keyStore).add(to: router)
        UsageRoutes(store: keyStore, accounts: accounts).add(to: router)
        BandwidthRoutes(bandwidth: bandwidth).add(to: router)
        StatusRoutes(parts: self).add(to: router)
        MetricsRoutes(parts: self).add(to: router)
        DescriptionRoutes().add(to: router)
        PageRoutes(keys: keys, settings: settings).add(to: router)
        return GuardedRouter(
            router: router, allowedHosts: settings.allowedHosts.compactMap { HostName($0) }, allowsAnyAddress: settings.allowRemote,
            proxies: TrustedProxies(settings.trustedProxies),
            identify: keys.caller, standings: accounts.standings)
    }

    /// Where the responses of `/v1/responses` are kept; `nil` if none are.
    private var responses: ResponseStore? {
        let settings = configuration.settings
        guard settings.responseStorage > 0 else { return nil }
        return ResponseStore(
            path: settings.home.appending("responses.db"), limit: settings.responseStorage, days: settings.responseRetentionDays,
            longestConversation: settings.inferenceBodyLimit)
    }

    /// The time since the server's start.
    var uptime: Duration { ContinuousClock.now - start }

    /// Returns the engine for the next load. It is searched for each time, so an engine is found that is installed
    /// while the server runs.
    func engineExecutable() throws -> FilePath { try configuration.settings.engineExecutable(configuration.environment) }

    private static func engineConfiguration(
        _ configuration: RoostServer.Configuration, catalog: ModelCatalog, socketDirectory: FilePath, logger: Logger
    ) -> EngineConfiguration {
        let settings = configuration.settings
        var engine = EngineConfiguration(
            locateExecutable: { try settings.engineExecutable(configuration.environment) }, guardCommand: configuration.guardCommand,
            runtimeDirectory: socketDirectory)
        engine.examine = { try await ModelExamination.facts(about: $0, draft: settings.draftModel(of: $0.reference), in: catalog) }
        engine.contextLength = settings.contextLength
        engine.contextLengths = settings.contextLengths
        engine.threads = settings.threads
        engine.speedsFile = settings.home.appending("engine-speeds.json")
        engine.tuningFile = settings.home.appending("engine-tuning.json")
        engine.sandboxHome = settings.unconfinedEngines ? nil : HomeDirectory.engines(in: settings.home)
        if settings.promptStorage > 0 {
            engine.prompts = PromptFolder(path: HomeDirectory.prompts(in: settings.home), limit: settings.promptStorage)
        }
        engine.memoryLimit = settings.engineMemoryLimit
        engine.maxModels = settings.maxCacheModels
        engine.loadTimeout = .seconds(settings.modelLoadTimeout)
        engine.stepTimeout = .seconds(settings.engineStepTimeout)
        engine.loadCooldown = .seconds(settings.modelLoadCooldown)
        engine.devices = { await EngineLocator.devices(of: $0) }
        let notes = EngineNotesFile(in: settings.home, logger: logger)
        engine.readNotes = { await notes.read() }
        engine.writeNotes = { await notes.write($0) }
        engine.keepAlive = settings.keepAlive
        engine.pinned = Set(settings.pinnedModels)
        let loaded = LoadedModelsFile(in: settings.home, logger: logger)
        engine.storeLoaded = { await loaded.write($0) }
        return engine
    }
}
