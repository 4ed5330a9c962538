/// The keys of the configuration file, and the environment variable of each.
enum SettingKey: String, CaseIterable {
    case host
    case port
    case allowRemote = "allow_remote"
    case allowedHosts = "allowed_hosts"
    case logLevel = "log_level"
    case llamaServer = "llama_server"
    case contextLength = "context_length"
    case threads
    case modelLoadTimeout = "model_load_timeout"
    case modelLoadCooldown = "model_load_cooldown"
    case maxCacheModels = "max_cache_models"
    case maxConcurrentPulls = "max_concurrent_pulls"
    case maxConnectionsPerAddress = "max_connections_per_address"
    case q4Threshold = "model_q4_threshold_bytes"
    case maxDownloadRate = "max_download_rate"
    case downloadWindows = "download_windows"
    case diskReserve = "disk_reserve"
    case inferenceBodyLimit = "inference_body_limit"
    case webhookAllowedHosts = "webhook_allowed_hosts"
    case webhookSecret = "webhook_secret"
    case jobRetentionDays = "job_retention_days"
    case jobRetentionPerModel = "job_retention_per_model"
    case backupIntervalHours = "backup_interval_hours"
    case backupKeep = "backup_keep"
    case share
    case shareHost = "share_host"
    case sharePort = "share_port"
    case shareAllow = "share_allow"
    case shareTokenFile = "share_token_file"

    /// `ROOST_` and the key, except for the names that the v1.0 server already had.
    var environmentVariable: String {
        switch self {
        case .modelLoadCooldown, .maxCacheModels, .maxConcurrentPulls, .q4Threshold: rawValue.uppercased()
        default: "ROOST_" + rawValue.uppercased()
        }
    }

    /// Whether the value is a Boolean.
    var isFlag: Bool { self == .allowRemote || self == .share }

    /// Variables that begin with `ROOST_` and are not settings of the server.
    static let otherEnvironmentVariables: Set<String> = [
        "ROOST_HOME", "ROOST_CONFIG", "ROOST_SERVER", "ROOST_CACHE", "ROOST_MIRROR_TOKEN", "ROOST_GGML_LIBRARY",
    ]
}
