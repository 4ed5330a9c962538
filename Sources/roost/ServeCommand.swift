import ArgumentParser
import Foundation
import Logging
import RoostCore
import RoostServer

/// `roost serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the server.",
        discussion: """
            Every option can also be set in the environment, and all but the home and the file itself in config.json of the home; \
            Documentation/operating.md has the table. Other commands find the server by ROOST_SERVER, or by ROOST_PORT and config.json.
            """)

    @Option(help: "The home: jobs.db, sockets, config.json (ROOST_HOME). Default: ~/.roost.")
    var home: String?
    @Option(help: "The configuration file (ROOST_CONFIG). Default: config.json in the home.")
    var config: String?
    @Option(help: "The address to listen on (ROOST_HOST). Default: 127.0.0.1.")
    var host: String?
    @Option(help: "The port to listen on; 0 for any free one (ROOST_PORT). Default: 8005.")
    var port: Int?
    @Flag(help: "Allow an address that other machines can reach (ROOST_ALLOW_REMOTE).")
    var allowRemote = false
    @Option(help: "Hosts that are allowed in the Host header and whose web pages may use the server, separated by commas (ROOST_ALLOWED_HOSTS).")
    var allowedHosts: String?
    @Option(help: "trace, debug, info, notice, warning, error or critical (ROOST_LOG_LEVEL). Default: info.")
    var logLevel: String?
    @Option(help: "The llama-server to use (ROOST_LLAMA_SERVER). Default: the one found.")
    var llamaServer: String?
    @Option(help: "Tokens of context for each model (ROOST_CONTEXT_LENGTH). Default: 4096.")
    var contextLength: Int?
    @Option(help: "Threads of each engine (ROOST_THREADS). Default: the engine's choice.")
    var threads: Int?
    @Option(help: "Seconds a model may take to load (ROOST_MODEL_LOAD_TIMEOUT). Default: 300.")
    var modelLoadTimeout: Int?
    @Option(help: "Seconds a model that failed to load is not tried again (MODEL_LOAD_COOLDOWN). Default: 300.")
    var modelLoadCooldown: Int?
    @Option(help: "The most models in memory (MAX_CACHE_MODELS). Default: 2.")
    var maxCacheModels: Int?
    @Option(help: "The most pulls at the same time (MAX_CONCURRENT_PULLS). Default: 2.")
    var maxConcurrentPulls: Int?
    @Option(help: "The most connections of one address (ROOST_MAX_CONNECTIONS_PER_ADDRESS). Default: 512.")
    var maxConnectionsPerAddress: Int?
    @Option(help: "Bytes of weights above which quantize=auto makes Q4_K_M (MODEL_Q4_THRESHOLD_BYTES). Default: 14000000000.")
    var modelQ4ThresholdBytes: Int?
    @Option(help: "The limit of all downloads together: unlimited, off, or a rate such as 20MB (ROOST_MAX_DOWNLOAD_RATE). Default: unlimited.")
    var maxDownloadRate: String?
    @Option(help: "Other limits by time of day, such as 22:00-06:00=unlimited,12:00-13:00=off; local time (ROOST_DOWNLOAD_WINDOWS). Default: none.")
    var downloadWindows: String?
    @Option(help: "Free space to keep on the disk of the Hub cache, such as 2GiB (ROOST_DISK_RESERVE). Default: 5 % of it, but at most 1GiB.")
    var diskReserve: String?

    @Option(help: "The most bytes of a body of /chat and /v1: 1MiB … 64MiB (32MiB).")
    var inferenceBodyLimit: String?
    @Option(help: "Hosts that webhooks may call, separated by commas (ROOST_WEBHOOK_ALLOWED_HOSTS); needs ROOST_WEBHOOK_SECRET. Default: none.")
    var webhookAllowedHosts: String?
    @Option(help: "Days after which finished jobs are deleted; 0 keeps them (ROOST_JOB_RETENTION_DAYS). Default: 0.")
    var jobRetentionDays: Int?
    @Option(help: "Finished jobs of each model that are kept; 0 keeps all (ROOST_JOB_RETENTION_PER_MODEL). Default: 0.")
    var jobRetentionPerModel: Int?
    @Option(help: "Hours between two backups of jobs.db; 0 for none (ROOST_BACKUP_INTERVAL_HOURS). Default: 24.")
    var backupIntervalHours: Int?
    @Option(help: "Scheduled backups that are kept (ROOST_BACKUP_KEEP). Default: 7.")
    var backupKeep: Int?
    @Flag(help: "Share the Hub cache with other machines, as a hub (ROOST_SHARE); needs ROOST_MIRROR_TOKEN or --share-allow.")
    var share = false
    @Option(help: "The address to share on (ROOST_SHARE_HOST). Default: 0.0.0.0.")
    var shareHost: String?
    @Option(help: "The port to share on; 0 for any free one (ROOST_SHARE_PORT). Default: 8006.")
    var sharePort: Int?
    @Option(help: "The networks that may read, separated by commas, such as 192.168.0.0/16 (ROOST_SHARE_ALLOW). Default: everywhere.")
    var shareAllow: String?
    @Option(help: "A file with the token that clients need; other users may not read it (ROOST_SHARE_TOKEN_FILE). Default: ROOST_MIRROR_TOKEN.")
    var shareTokenFile: String?

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let settings = try await ServerSettings.load(flags: flags, environment: environment)
        var logger = Logger(label: "roost", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = settings.logLevel
        let server = RoostServer(
            configuration: .init(
                settings: settings, environment: environment, guardCommand: [try ProcessSetup.ownExecutable(), "engine-guard"]),
            logger: logger
        ) { url in
            Terminal.write("Roost is listening on \(url)\n")
        }
        try await server.run()
    }

    private var flags: ServerSettings.Flags {
        var flags = ServerSettings.Flags()
        flags.home = home
        flags.config = config
        flags.host = host
        flags.port = port
        flags.allowRemote = allowRemote ? true : nil
        flags.allowedHosts = allowedHosts
        flags.logLevel = logLevel
        flags.llamaServer = llamaServer
        flags.contextLength = contextLength
        flags.threads = threads
        flags.modelLoadTimeout = modelLoadTimeout
        flags.modelLoadCooldown = modelLoadCooldown
        flags.maxCacheModels = maxCacheModels
        flags.maxConcurrentPulls = maxConcurrentPulls
        flags.maxConnectionsPerAddress = maxConnectionsPerAddress
        flags.q4Threshold = modelQ4ThresholdBytes
        flags.maxDownloadRate = maxDownloadRate
        flags.downloadWindows = downloadWindows
        flags.diskReserve = diskReserve
        flags.inferenceBodyLimit = inferenceBodyLimit
        flags.webhookAllowedHosts = webhookAllowedHosts
        flags.jobRetentionDays = jobRetentionDays
        flags.jobRetentionPerModel = jobRetentionPerModel
        flags.backupIntervalHours = backupIntervalHours
        flags.backupKeep = backupKeep
        flags.share = share ? true : nil
        flags.shareHost = shareHost
        flags.sharePort = sharePort
        flags.shareAllow = shareAllow
        flags.shareTokenFile = shareTokenFile
        return flags
    }
}
