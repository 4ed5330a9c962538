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
        router.get("status") { _, context in JSON.response(try await status(for: context.caller)) }
        router.get("engines") { _, context in JSON.response(await engines(for: context.caller)) }
        router.get("diag") { _, context in JSON.response(try await diagnostics(for: context.caller)) }
    }

    /// Answers with 200 while the process works, even when jobs.db does not.
    private func health() async -> HealthReport {
        HealthReport(
            counts: await parts.jobCounts.current(), recovery: parts.database.recovery, writeFailure: await parts.writeCheck.failure(),
            backupFailure: parts.maintenance.lastBackupFailure)
    }

    /// The models that the caller may not use are not named.
    private func status(for caller: Caller) async throws -> ServerStatus {
        let settings = parts.configuration.settings
        return ServerStatus(
            sqliteVersion: JobDatabase.sqliteVersion, sqliteIsCurrent: SQLiteRelease(JobDatabase.sqliteVersion) >= .current,
            schemaVersion: JobDatabase.schemaVersion, uptimeSeconds: parts.uptime / .seconds(1),
            processIdentifier: Int(ProcessInfo.processInfo.processIdentifier),
            jobs: try await parts.jobCountsOfAll.value(of: 0) { [database = parts.database] in try await database.jobCounts() },
            maxConcurrentPulls: settings.maxConcurrentPulls,
            loadedModels: await loadedModels(for: caller).filter { $0.state == .ready }.map(\.reference.description),
            maxCacheModels: settings.maxCacheModels, hubEndpoint: parts.hubConfiguration.endpoint.description,
            engine: (try? parts.engineExecutable())?.string)  // Absent is an answer here, not a failure.
    }

    /// Returns details for a support request. They contain paths, but never a token or a prompt.
    private func diagnostics(for caller: Caller) async throws -> JSONObject {
        let settings = parts.configuration.settings
        let process = ProcessInfo.processInfo
        // The writer provides these values. When it is blocked, this answer is especially needed and must not wait for
        // it.
        let journal = await parts.writeCheck.failure() == nil ? try await parts.database.journalSettings() : []
        let context: any Encodable = if settings.contextLength > 0 { settings.contextLength } else { "auto" }
        return [
            "status": try await status(for: caller), "home": settings.home.string, "hub_cache": parts.hubConfiguration.cacheDirectory.string,
            "hub_cache_free_bytes": try parts.hub.freeBytes(), "has_hub_token": parts.hubConfiguration.token != nil,
            "host": settings.host, "port": settings.port, "context_length": context,
            "model_load_cooldown_seconds": settings.modelLoadCooldown, "journal": journal,
            "operating_system": process.operatingSystemVersionString, "processors": process.activeProcessorCount,
            "memory_bytes": process.physicalMemory, "engines": await engines(for: caller).engines,
        ]
    }

    private func engines(for caller: Caller) async -> EngineList {
        EngineList(
            engines: await loadedModels(for: caller).map { EngineView($0) },
            decisions: await parts.engines.recentDecisions().map { EngineList.Decision($0) }.filter { $0.isVisible(to: caller) })
    }

    private func loadedModels(for caller: Caller) async -> [LoadedModel] {
        await parts.engines.loadedModels().filter { caller.permits($0.reference) }
    }
}

extension EngineList.Decision {
    /// Whether it names no model that the caller may not use.
    func isVisible(to caller: Caller) -> Bool { caller.permits(named: model) && forModel.map(caller.permits(named:)) != false }
}
