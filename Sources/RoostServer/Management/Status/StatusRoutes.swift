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

/// `GET /health`, `GET /status`, `GET /engines` and `GET /diag`.
struct StatusRoutes: Sendable {
    let parts: ServerParts

    func add(to router: Router<RoostContext>) {
        router.get("health") { _, _ in JSON.response(await health()) }
        router.get("status") { _, _ in JSON.response(try await status()) }
        router.get("engines") { _, _ in JSON.response(await engines()) }
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

    /// Returns details for a support request. They contain paths, but never a token or a prompt.
    private func diagnostics() async throws -> JSONObject {
        let settings = parts.configuration.settings
        let process = ProcessInfo.processInfo
        // The writer provides these values. When it is blocked, this answer is especially needed and must not wait for
        // it.
        let journal = await parts.writeCheck.failure() == nil ? try await parts.database.journalSettings() : []
        let context: any Encodable = if settings.contextLength > 0 { settings.contextLength } else { "auto" }
        return [
            "status": try await status(), "home": settings.home.string, "hub_cache": parts.hubConfiguration.cacheDirectory.string,
            "hub_cache_free_bytes": try parts.hub.freeBytes(), "has_hub_token": parts.hubConfiguration.token != nil,
            "host": settings.host, "port": settings.port, "context_length": context,
            "model_load_cooldown_seconds": settings.modelLoadCooldown, "journal": journal,
            "operating_system": process.operatingSystemVersionString, "processors": process.activeProcessorCount,
            "memory_bytes": process.physicalMemory, "engines": await engines().engines,
        ]
    }

    private func engines() async -> EngineList {
        EngineList(
            engines: await parts.engines.loadedModels().map { EngineView($0) },
            decisions: await parts.engines.recentDecisions().map { EngineList.Decision($0) })
    }
}
