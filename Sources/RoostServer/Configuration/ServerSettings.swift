package import HTTPServing
package import Logging
package import RoostCore
package import SystemPackage

/// All settings of the server. Each exists as a flag, an environment variable and a key of the configuration file,
/// except the webhook secret, which has no flag, because all users of a machine can read the arguments of its
/// processes.
///
/// | key in `config.json` | environment | flag of `roost serve` | default |
/// | --- | --- | --- | --- |
/// | – | `ROOST_HOME` | `--home` | `~/.roost` |
/// | – | `ROOST_CONFIG` | `--config` | `config.json` in the home |
/// | `host` | `ROOST_HOST` | `--host` | `127.0.0.1` |
/// | `port` | `ROOST_PORT` | `--port` | 8005 (0 … 65535; 0 for any free one) |
/// | `allow_remote` | `ROOST_ALLOW_REMOTE` | `--allow-remote` | false |
/// | `allowed_hosts` | `ROOST_ALLOWED_HOSTS` | `--allowed-hosts` | none; `host` or `host:port`, separated by commas: hosts that are allowed in the `Host` header, and whose web pages may use the server |
/// | `log_level` | `ROOST_LOG_LEVEL` | `--log-level` | `info` |
/// | `llama_server` | `ROOST_LLAMA_SERVER` | `--llama-server` | found on `PATH`, otherwise the one that `make engine` built |
/// | `context_length` | `ROOST_CONTEXT_LENGTH` | `--context-length` | 4096 tokens (256 … 1048576) |
/// | `threads` | `ROOST_THREADS` | `--threads` | the engine's choice (1 … 1024) |
/// | `model_load_timeout` | `ROOST_MODEL_LOAD_TIMEOUT` | `--model-load-timeout` | 300 s (1 … 86400) |
/// | `model_load_cooldown` | `MODEL_LOAD_COOLDOWN` | `--model-load-cooldown` | 300 s (0 … 86400) |
/// | `max_cache_models` | `MAX_CACHE_MODELS` | `--max-cache-models` | 2 (1 … 64) |
/// | `max_concurrent_pulls` | `MAX_CONCURRENT_PULLS` | `--max-concurrent-pulls` | 2 (1 … 32) |
/// | `model_q4_threshold_bytes` | `MODEL_Q4_THRESHOLD_BYTES` | `--model-q4-threshold-bytes` | 14000000000 (0 … 2^60): above it `auto` quantises |
/// | `max_connections_per_address` | `ROOST_MAX_CONNECTIONS_PER_ADDRESS` | `--max-connections-per-address` | 512 (1 … 2048), to the API and to the shared cache |
/// | `max_download_rate` | `ROOST_MAX_DOWNLOAD_RATE` | `--max-download-rate` | `unlimited`; `off`, or a rate such as `20MB` (64KiB or more) |
/// | `download_windows` | `ROOST_DOWNLOAD_WINDOWS` | `--download-windows` | none; such as `22:00-06:00=unlimited,12:00-13:00=off` |
/// | `disk_reserve` | `ROOST_DISK_RESERVE` | `--disk-reserve` | 5 % of the disk, but at most 1GiB; a size such as `2GiB` |
/// | `inference_body_limit` | `ROOST_INFERENCE_BODY_LIMIT` | `--inference-body-limit` | 32MiB (1MiB … 64MiB): bodies of `/chat` and `/v1` |
/// | `webhook_allowed_hosts` | `ROOST_WEBHOOK_ALLOWED_HOSTS` | `--webhook-allowed-hosts` | none; `host` or `host:port`, separated by commas |
/// | `webhook_secret` | `ROOST_WEBHOOK_SECRET` | – | none; 16 bytes or more, needed when hosts are allowed |
/// | `job_retention_days` | `ROOST_JOB_RETENTION_DAYS` | `--job-retention-days` | 0: finished jobs are kept (0 … 36500) |
/// | `job_retention_per_model` | `ROOST_JOB_RETENTION_PER_MODEL` | `--job-retention-per-model` | 0: finished jobs are kept (0 … 1000000) |
/// | `backup_interval_hours` | `ROOST_BACKUP_INTERVAL_HOURS` | `--backup-interval-hours` | 24 (0 … 8760; 0 for none) |
/// | `backup_keep` | `ROOST_BACKUP_KEEP` | `--backup-keep` | 7 (1 … 1000) |
/// | `share` | `ROOST_SHARE` | `--share` | false |
/// | `share_host` | `ROOST_SHARE_HOST` | `--share-host` | `0.0.0.0` |
/// | `share_port` | `ROOST_SHARE_PORT` | `--share-port` | 8006 (0 … 65535; 0 for any free one) |
/// | `share_allow` | `ROOST_SHARE_ALLOW` | `--share-allow` | all networks; networks separated by commas |
/// | `share_token_file` | `ROOST_SHARE_TOKEN_FILE` | `--share-token-file` | none; the token can also be in `ROOST_MIRROR_TOKEN` |
///
/// A flag overrides the environment, the environment overrides the file. The Hub's own variables (`HF_HOME`,
/// `HF_TOKEN`, …) are read from the environment only, as other tools do.
package struct ServerSettings: Sendable, Hashable {
    /// The folder of jobs.db, the sockets and the configuration file.
    package var home: FilePath
    /// The address to listen on.
    package var host = "127.0.0.1"
    /// The port to listen on; 0 for any free one.
    package var port = 8005
    /// Whether an address may be used that other machines can reach.
    package var allowRemote = false
    /// Hosts, as `host` or `host:port`, that are allowed in the `Host` header, and whose web pages may use the server.
    package var allowedHosts: [String] = []
    /// The log level.
    package var logLevel: Logger.Level = .info
    /// The path of `llama-server`; `nil` to search for it.
    package var llamaServer: FilePath?
    /// The context length of each model in tokens.
    package var contextLength = 4096
    /// The number of threads of each engine; `nil` for the engine's default.
    package var threads: Int?
    /// The number of bytes of weights above which `auto` quantises.
    package var q4Threshold: Int64 = 14_000_000_000
    /// The most seconds that a model may need to load.
    package var modelLoadTimeout = 300
    /// The seconds before a model that failed to load is tried again.
    package var modelLoadCooldown = 300
    /// The most models in memory.
    package var maxCacheModels = 2
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

    /// Creates the default settings.
    package init(home: FilePath) { self.home = home }
}
