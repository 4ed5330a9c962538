extension Setting {
    /// All settings, in the order of the help text. The Hub's own variables (`HF_HOME`, `HF_TOKEN`, …) are read from
    /// the environment only, as other tools do.
    package static let all: [Setting] = network + engines + downloads + jobs + sharing

    private static let network = [
        Setting(\.host, "host", .address, "The network interface of the API"),
        Setting(\.port, "port", .port, "The port of the API; 0 for any free one"),
        Setting(\.allowRemote, "allow_remote", .flag, "Whether an address may be used that other machines can reach"),
        Setting(\.insecure, "insecure", .flag, "Whether other machines may use the server without a key while there is none"),
        Setting(
            \.allowedHosts, "allowed_hosts", .hosts,
            "Hosts that are allowed in the Host header, and whose web pages may use the server"),
        Setting(
            \.maxConnectionsPerAddress, "max_connections_per_address", .whole(1...2048),
            "The most connections of one address at once, to the API and to the shared cache each"),
        Setting(\.tlsCertificate, "tls_certificate", .file, unset: "plain HTTP", "The PEM file with the certificate of the API and its issuers"),
        Setting(\.tlsKey, "tls_key", .file, unset: "none", "The PEM file with the private key of `tls_certificate`"),
        Setting(\.trustedProxies, "trusted_proxies", .networks(empty: "none"), "The networks of proxies whose X-Forwarded-For header counts"),
        Setting(\.inferenceBodyLimit, "inference_body_limit", .mebibytes(1...64), "The largest body of a request to a model"),
        Setting(\.logLevel, "log_level", .level, "The least important messages of the log"),
    ]

    private static let engines = [
        Setting(
            \.llamaServer, "llama_server", .executable, unset: "found on PATH, otherwise the one that `make engine` built, otherwise the package's",
            "The llama-server to use"),
        Setting(
            \.contextLength, "context_length", .automatic(ServerSettings.contextLengthRange),
            "The tokens of context of each request, prompt and answer together"),
        Setting(\.contextLengths, "context_lengths", .contexts, "Other context lengths for some models"),
        Setting(\.draftModels, "draft_models", .drafts, "Small models that propose tokens for larger ones of the same vocabulary"),
        Setting(\.threads, "threads", .whole(1...1024), unset: "the engine's choice", "The threads of each engine"),
        Setting(
            \.unconfinedEngines, "unconfined_engines", .flag,
            "Whether engines may use all files and the network, instead of only the system's files and their model (Linux)"),
        Setting(
            \.engineMemoryLimit, "engine_memory_limit", .memoryLimit,
            "The most memory of each engine, without the weights that it only reads from their file (Linux)"),
        Setting(\.modelLoadTimeout, "model_load_timeout", .whole(1...86_400), "The most seconds that a model may need to load"),
        Setting(
            \.engineStepTimeout, "engine_step_timeout", .whole(10...86_400),
            "The seconds after which an engine that has requests and ends no step is replaced"),
        Setting(
            \.modelLoadCooldown, "model_load_cooldown", .whole(0...86_400), variable: "MODEL_LOAD_COOLDOWN",
            "The seconds before a model that failed to load is tried again"),
        Setting(\.maxCacheModels, "max_cache_models", .whole(1...64), variable: "MAX_CACHE_MODELS", "The most models in memory"),
        Setting(\.keepAlive, "keep_alive", .keepAlive, "How long a model stays in memory after its last request"),
        Setting(\.pinnedModels, "pinned_models", .models, "Models that never leave memory for another one"),
        Setting(\.preload, "preload", .models, "Models to load at the start"),
        Setting(
            \.promptStorage, "prompt_storage", .size,
            "The most disk space for prompts that engines have read, so that they need not read them again; 0 to store none"),
        Setting(
            \.ollamaModelsDirectory, "ollama_models_dir", .folder, unset: "none",
            "A folder of Ollama with models, such as ~/.ollama/models, which are served where they are"),
        Setting(
            \.responseStorage, "response_storage", .size,
            "The most disk space for responses of `/v1/responses` that clients may read again and continue; 0 to keep none"),
        Setting(\.responseRetentionDays, "response_retention_days", .whole(1...36_500), "The days for which a response is kept after its last use"),
        Setting(\.forgetModels, "forget_models", .flag, "Whether the models in memory are not loaded again after a restart"),
    ]

    private static let downloads = [
        Setting(
            \.maxConcurrentPulls, "max_concurrent_pulls", .whole(1...32), variable: "MAX_CONCURRENT_PULLS",
            "The most pulls at the same time"),
        Setting(\.maxDownloadRate, "max_download_rate", .limit, "The limit of all downloads together"),
        Setting(\.downloadWindows, "download_windows", .windows, "Other limits by time of day, in local time; the first matching one counts"),
        Setting(
            \.diskReserve, "disk_reserve", .size, unset: "5 % of the disk, but at most 1GiB",
            "The space that pulls leave free on the disk of the Hub cache"),
        Setting(
            \.q4Threshold, "model_q4_threshold_bytes", .whole(0...1 << 60), variable: "MODEL_Q4_THRESHOLD_BYTES",
            "The bytes of weights above which `quantize: auto` makes Q4_K_M from a repository without GGUF files"),
    ]

    private static let jobs = [
        Setting(\.webhookAllowedHosts, "webhook_allowed_hosts", .webhookHosts, "Hosts that webhooks may call; needs ROOST_WEBHOOK_SECRET"),
        Setting(\.webhookSecret, "webhook_secret", .secret, unset: "none", hasFlag: false, "The secret that signs the calls of webhooks"),
        Setting(\.jobRetentionDays, "job_retention_days", .whole(0...36_500), "The days after which finished jobs are deleted; 0 keeps them"),
        Setting(
            \.jobRetentionPerModel, "job_retention_per_model", .whole(0...1_000_000),
            "The finished jobs of each model that are kept; 0 keeps all"),
        Setting(
            \.auditRetentionDays, "audit_retention_days", .whole(0...36_500),
            "The days after which entries of the audit log are deleted; 0 keeps them"),
        Setting(\.backupIntervalHours, "backup_interval_hours", .whole(0...8760), "The hours between two backups of jobs.db; 0 for none"),
        Setting(\.backupKeep, "backup_keep", .whole(1...1000), "The scheduled backups that are kept"),
    ]

    private static let sharing = [
        Setting(
            \.share, "share", .flag,
            "Whether to share the Hub cache with other machines; needs ROOST_MIRROR_TOKEN, a token file or `share_allow`"),
        Setting(\.shareHost, "share_host", .address, "The network interface of the shared cache"),
        Setting(\.sharePort, "share_port", .port, "The port of the shared cache; 0 for any free one"),
        Setting(\.shareAllow, "share_allow", .networks, "The networks that may read the shared cache"),
        Setting(
            \.shareTokenFile, "share_token_file", .file, unset: "none",
            "The file with the token that clients of the shared cache need, closed to other users; ROOST_MIRROR_TOKEN can hold the token instead"),
    ]

    /// Variables that begin with `ROOST_` and are not settings of the server.
    static let otherVariables: Set<String> = [
        "ROOST_HOME", "ROOST_CONFIG", "ROOST_SERVER", "ROOST_CACHE", "ROOST_MIRROR_TOKEN", "ROOST_GGML_LIBRARY", "ROOST_BENCH_KEY",
        "ROOST_API_KEY",
    ]
}
