import Engines
import Foundation
import HTTPServing
import HubClient
import Hummingbird
import JobStore
import JobStoreSQLite
import RoostAPI
import RoostCore
import SystemPackage

/// `GET /health`, `GET /status` and `GET /diag`.
struct StatusRoutes: Sendable {
    let parts: ServerParts

    func add(to router: Router<RoostContext>) {
        router.get("health") { _, _ in JSON.response(await health()) }
        router.get("status") { _, _ in JSON.response(try await status()) }
        router.get("diag") { _, _ in JSON.response(try await diagnostics()) }
    }

    /// Answers with 200 while the process works, even when jobs.db does not.
    private func health() async -> HealthReport {
        HealthReport(
            counts: await parts.jobCounts.current(), recovery: parts.database.recovery, writeFailure: await parts.writeCheck.failure(),
            backupFailure: parts.maintenance.lastBackupFailure)
    }

    private func status() async throws -> ServerStatus {
        let settings = parts.configuration.settings
        return ServerStatus(
            sqliteVersion: JobDatabase.sqliteVersion, sqliteIsCurrent: SQLiteRelease(JobDatabase.sqliteVersion) >= .current,
            schemaVersion: JobDatabase.schemaVersion, uptimeSeconds: parts.uptime / .seconds(1),
            processIdentifier: Int(ProcessInfo.processInfo.processIdentifier), jobs: try await parts.database.jobCounts(),
            maxConcurrentPulls: settings.maxConcurrentPulls,
            loadedModels: await parts.engines.loadedModels().filter { $0.state == .ready }.map(\.reference.description),
            maxCacheModels: settings.maxCacheModels, hubEndpoint: parts.hubConfiguration.endpoint.description,
            engine: (try? parts.engineExecutable())?.string)  // Absent is an answer here, not a failure.
    }

    private func diagnostics() async throws -> Diagnostics {
        let settings = parts.configuration.settings
        // The writer provides these values. When it is blocked, this answer is especially needed and must not wait for
        // it.
        let journal = await parts.writeCheck.failure() == nil ? try await parts.database.journalSettings() : []
        return Diagnostics(
            status: try await status(), home: settings.home.string, hubCache: parts.hubConfiguration.cacheDirectory.string,
            hubCacheFreeBytes: try parts.hub.freeBytes(), hasHubToken: parts.hubConfiguration.token != nil,
            host: settings.host, port: settings.port, contextLength: settings.contextLength > 0 ? settings.contextLength : nil,
            modelLoadCooldownSeconds: settings.modelLoadCooldown, journal: journal,
            operatingSystem: ProcessInfo.processInfo.operatingSystemVersionString, processors: ProcessInfo.processInfo.activeProcessorCount,
            memoryBytes: ProcessInfo.processInfo.physicalMemory,
            engines: await parts.engines.loadedModels().map(Diagnostics.Engine.init))
    }
}

/// The answer to `GET /diag`: details for a support request. It contains paths, but never a token or a prompt.
private struct Diagnostics: Encodable {
    struct Engine: Encodable {
        let model: String
        let state: String
        let pid: Int32?
        let restarts: Int
        let lastError: String?

        init(_ model: LoadedModel) {
            self.model = model.reference.description
            state = model.state.rawValue
            pid = model.processIdentifier
            restarts = model.restarts
            lastError = model.lastError
        }

        private enum CodingKeys: String, CodingKey {
            case model, state, pid, restarts
            case lastError = "last_error"
        }
    }

    let status: ServerStatus
    let home: String
    let hubCache: String
    let hubCacheFreeBytes: Int64
    let hasHubToken: Bool
    let host: String
    let port: Int
    /// `nil` for `auto`.
    let contextLength: Int?
    let modelLoadCooldownSeconds: Int
    let journal: [String]
    let operatingSystem: String
    let processors: Int
    let memoryBytes: UInt64
    let engines: [Engine]

    private enum CodingKeys: String, CodingKey {
        case status, home
        case hubCache = "hub_cache"
        case hubCacheFreeBytes = "hub_cache_free_bytes"
        case hasHubToken = "has_hub_token"
        case host, port
        case contextLength = "context_length"
        case modelLoadCooldownSeconds = "model_load_cooldown_seconds"
        case journal
        case operatingSystem = "operating_system"
        case processors
        case memoryBytes = "memory_bytes"
        case engines
    }
}
