/// The answer to `GET /status`.
public struct ServerStatus: Sendable, Codable, Hashable {
    /// Roost's version.
    public var version: String
    /// The SQLite library in use.
    public var sqliteVersion: String
    /// Whether that SQLite is 3.51.3 or newer; older ones have a bug that `roost doctor` explains.
    public var sqliteIsCurrent: Bool
    /// The schema of jobs.db, as `PRAGMA user_version` says it: 17 is v1.7.
    public var schemaVersion: Int
    /// Seconds since the server started.
    public var uptimeSeconds: Double
    /// The server's process.
    public var processIdentifier: Int
    /// How many jobs there are of each status.
    public var jobs: [String: Int]
    /// How many pulls may run at once.
    public var maxConcurrentPulls: Int
    /// The models in memory.
    public var loadedModels: [String]
    /// How many models may be in memory.
    public var maxCacheModels: Int
    /// The Hub that pulls come from.
    public var hubEndpoint: String
    /// The engine's path, or `nil` when none was found.
    public var engine: String?

    /// Makes a status.
    ///
    /// - Parameters:
    ///   - sqliteVersion: The SQLite library in use.
    ///   - sqliteIsCurrent: Whether it is 3.51.3 or newer.
    ///   - schemaVersion: The schema of jobs.db.
    ///   - uptimeSeconds: Seconds since the server started.
    ///   - processIdentifier: The server's process.
    ///   - jobs: Jobs by status.
    ///   - maxConcurrentPulls: Pulls at once.
    ///   - loadedModels: Models in memory.
    ///   - maxCacheModels: Models allowed in memory.
    ///   - hubEndpoint: The Hub.
    ///   - engine: The engine's path.
    public init(
        sqliteVersion: String, sqliteIsCurrent: Bool, schemaVersion: Int, uptimeSeconds: Double, processIdentifier: Int, jobs: [String: Int],
        maxConcurrentPulls: Int, loadedModels: [String], maxCacheModels: Int, hubEndpoint: String, engine: String?
    ) {
        self.version = RoostVersion.current
        self.sqliteVersion = sqliteVersion
        self.sqliteIsCurrent = sqliteIsCurrent
        self.schemaVersion = schemaVersion
        self.uptimeSeconds = uptimeSeconds
        self.processIdentifier = processIdentifier
        self.jobs = jobs
        self.maxConcurrentPulls = maxConcurrentPulls
        self.loadedModels = loadedModels
        self.maxCacheModels = maxCacheModels
        self.hubEndpoint = hubEndpoint
        self.engine = engine
    }

    private enum CodingKeys: String, CodingKey {
        case version
        case sqliteVersion = "sqlite_version"
        case sqliteIsCurrent = "sqlite_is_current"
        case schemaVersion = "schema_version"
        case uptimeSeconds = "uptime_seconds"
        case processIdentifier = "pid"
        case jobs
        case maxConcurrentPulls = "max_concurrent_pulls"
        case loadedModels = "loaded_models"
        case maxCacheModels = "max_cache_models"
        case hubEndpoint = "hub_endpoint"
        case engine
    }
}
