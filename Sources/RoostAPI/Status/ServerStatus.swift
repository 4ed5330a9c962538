import RoostCore

/// The answer to `GET /status`.
package struct ServerStatus: Sendable, Codable, Hashable {
    /// Roost's version.
    package var version: String
    /// The version of the SQLite library in use.
    package var sqliteVersion: String
    /// Whether that SQLite is 3.51.3 or newer; older versions have a bug that `roost doctor` explains.
    package var sqliteIsCurrent: Bool
    /// The schema version of jobs.db, its `PRAGMA user_version`: 17 is v1.7.
    package var schemaVersion: Int
    /// The number of seconds since the server started.
    package var uptimeSeconds: Double
    /// The id of the server's process.
    package var processIdentifier: Int
    /// The number of jobs by status.
    package var jobs: [String: Int]
    /// The most pulls that may run at the same time.
    package var maxConcurrentPulls: Int
    /// The models in memory.
    package var loadedModels: [String]
    /// The most models that may be in memory.
    package var maxCacheModels: Int
    /// The URL of the Hub.
    package var hubEndpoint: String
    /// The path of the engine; `nil` when none was found.
    package var engine: String?

    /// Creates a status.
    package init(
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
