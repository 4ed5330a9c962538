package import Engines
package import HTTPServing
package import Logging
package import RoostCore
package import SystemPackage

/// All settings of the server. The initial value of each property is the default; `Setting.all` declares the names and
/// the allowed values.
package struct ServerSettings: Sendable, Hashable {
    /// A folder with models in Ollama's layout, which are served where they are; `nil` for none.
    package var ollamaModelsDirectory: FilePath?
    /// The folder of jobs.db, the sockets and the configuration file.
    package var home: FilePath
    /// The address to listen on.
    package var host = "127.0.0.1"
    /// The port to listen on; 0 for any free one.
    package var port = 8005
    /// Whether an address may be used that other machines can reach.
    package var allowRemote = false
    /// Whether other machines may use the server without a key while there is none.
    package var insecure = false
    /// Hosts, as `host` or `host:port`, that are allowed in the `Host` header, and whose web pages may use the server.
    package var allowedHosts: [String] = []
    /// The PEM file of the certificate for TLS; `nil` for plain HTTP.
    package var tlsCertificate: FilePath?
    /// The PEM file of its key.
    package var tlsKey: FilePath?
    /// The networks of the proxies whose `X-Forwarded-For` counts.
    package var trustedProxies: [NetworkRange] = []
    /// The log level.
    package var logLevel: Logger.Level = .info
    /// The path of `llama-server`; `nil` to search for it.
    package var llamaServer: FilePath?
    /// The context length of each model in tokens; 0 for the model's own, or less if memory is short.
    package var contextLength = 0
    /// Other context lengths for some models.
    package var contextLengths: [ModelReference: Int] = [:]
    /// The draft models of some models; one without a variant stands for all of its repository.
    package var draftModels: [ModelReference: ModelReference] = [:]
    /// The number of threads of each engine; `nil` for the engine's default.
    package var threads: Int?
    /// Whether engines may use all files that the user may use.
    package var unconfinedEngines = false
    /// The most memory of an engine's own.
    package var engineMemoryLimit = EngineMemoryLimit.automatic
    /// The number of bytes of weights above which `auto` quantises.
    package var q4Threshold: Int64 = 14_000_000_000
    /// The most seconds that a model may need to load.
    package var modelLoadTimeout = 300
    /// The seconds after which an engine that has requests and ends no step is replaced.
    package var engineStepTimeout = 600
    /// The seconds before a model that failed to load is tried again.
    package var modelLoadCooldown = 300
    /// The most models in memory.
    package var maxCacheModels = 2
    /// How long a model stays in memory after its last request.
    package var keepAlive = KeepAlive.forever
    /// The most disk space in bytes for prompts that engines have read; 0 to store none.
    package var promptStorage: Int64 = 2 << 30
    /// The most disk space in bytes for the responses of `/v1/responses`; 0 to keep none.
    package var responseStorage: Int64 = 1 << 30
    /// The number of days for which a response is kept after its last use.
    package var responseRetentionDays = 30
    /// The models that never leave memory for another one.
    package var pinnedModels: [ModelReference] = []
    /// The models to load at the start.
    package var preload: [ModelReference] = []
    /// Whether the models in memory are not loaded again after a restart.
    package var forgetModels = false
    /// The most pulls that may run at the same time.
    package var maxConcurrentPulls = 2
    /// The most connections of an address, to the API and to the shared cache each.
    package var maxConnectionsPerAddress = 512
    /// The limit of all downloads together outside the windows.
    package var maxDownloadRate: DownloadWindows.Limit = .unlimited
    /// The limits by time of day.
    package var downloadWindows = DownloadWindows()
    /// The bytes that pulls leave free on the disk of the Hub cache; `nil` for a twentieth of the disk, but at most 1
    /// GiB.
    package var diskReserve: Int64?
    /// The most bytes of a body of `/chat` and `/v1`.
    package var inferenceBodyLimit = 32 << 20
    /// Hosts that webhooks may call, as `host` or `host:port`; none turns webhooks off.
    package var webhookAllowedHosts: [String] = []
    /// The secret that signs the calls of webhooks; 16 bytes or more.
    package var webhookSecret: SecretToken?
    /// The number of days after which finished jobs are deleted; 0 keeps them.
    package var jobRetentionDays = 0
    /// The number of finished jobs of each model that are kept; 0 keeps all.
    package var jobRetentionPerModel = 0
    /// The number of days after which entries of the audit log are deleted; 0 keeps them.
    package var auditRetentionDays = 365
    /// The hours between two backups of jobs.db; 0 for no backups.
    package var backupIntervalHours = 24
    /// The number of scheduled backups that are kept.
    package var backupKeep = 7
    /// Whether the Hub cache is shared with other machines.
    package var share = false
    /// The address to share on.
    package var shareHost = "0.0.0.0"
    /// The port to share on; 0 for any free one.
    package var sharePort = 8006
    /// The networks that may read; empty for all, with the token.
    package var shareAllow: [NetworkRange] = []
    /// The file with the token that clients need.
    package var shareTokenFile: FilePath?

    /// The context lengths that can be set.
    static let contextLengthRange = 256...1_048_576

    /// Creates the default settings.
    package init(home: FilePath) { self.home = home }

    /// Returns the draft model of a model, as the catalog names it; `nil` without one.
    func draftModel(of reference: ModelReference) -> ModelReference? {
        draftModels[reference] ?? draftModels[ModelReference(repository: reference.repository)]
    }
}
