import Engines
import HubClient
import JobStore
import Logging
import ModelLibrary
import PullJobs
import RoostAPI
import RoostCore
import SystemPackage

/// Verifies, repairs, cleans up and removes models while engines and pulls run.
struct ModelMaintenance: Sendable {
    let store: ModelStore
    let engines: EngineSupervisor
    let database: any JobStore
    let pulls: PullWorker
    let logger: Logger

    func list() async throws -> [ModelView] {
        let loaded = await inUse()
        return try await store.onDisk { try store.list(loaded: loaded) }
    }

    func detail(of selector: ModelSelector) async throws -> ModelDetail {
        try await store.detail(of: selector, loaded: inUse(), pulls: UnfinishedJobs(in: database))
    }

    func partials() async throws -> [PartialDownload] { try await store.partials(UnfinishedJobs(in: database)) }

    func collect(_ options: CollectOptions) async throws -> CacheCleanup {
        let report = try await store.collect(options, pulls: { try await UnfinishedJobs(in: database) }, loaded: { await inUse() })
        if !options.isDryRun { logger.notice("cleaned the Hub cache: \(report.removed.count) removed, \(ByteCount(report.freedBytes)) freed") }
        return report
    }

    private func inUse() async -> [ModelInUse] {
        await engines.loadedModels().map {
            ModelInUse(modelFile: $0.modelFile, snapshotPath: $0.snapshotPath, loadDuration: $0.state == .ready ? $0.loadDuration : nil)
        }
    }

    /// Removes a model. One that is in memory or being pulled is kept, unless force ends that first.
    ///
    /// - Throws: `RoostError` with code `modelNotFound`, `conflict` or `fileSystem`.
    func remove(_ typed: ModelRemoval) async throws -> CacheCleanup {
        let jobs = try await UnfinishedJobs(in: database)
        // A repository whose pull has only begun is not here yet.
        let removal = jobs.ids(of: typed.selector.repository).isEmpty ? try await store.onDisk { try store.named(typed) } : typed
        let selector = removal.selector
        guard removal.isForced, !removal.isDryRun else {
            if !removal.onlyPartials, !removal.isDryRun { try await refuseLoaded(selector) }
            let report = try await store.remove(removal) { try await UnfinishedJobs(in: database) }
            if !removal.isDryRun { try await engines.removePromptsOfMissingModels() }
            return report
        }
        let cancelled = jobs.ids(of: selector.repository)
        for id in cancelled { _ = try await pulls.cancel(id: id) }
        if !removal.onlyPartials {
            for engine in try await loaded(selector) { await engines.unload(engine.reference) }
        }
        let report = try await remove(removal, whenFreeOf: Set(cancelled))
        try await engines.removePromptsOfMissingModels()
        logger.notice("removed \(selector), \(ByteCount(report.freedBytes)) freed")
        return report
    }

    /// Unloads a model by any of its names; without a variant, all models of the repository.
    func unload(_ name: ModelReference) async {
        AuditNote.about(name)
        let entry = try? await store.onDisk { try store.catalog.entry(for: name) }
        // The name of a repository stands for all of its models.
        if let entry, name.variant != nil || entry.reference.repository != name.repository {
            for engine in await engines.loadedModels() where engine.modelFile == entry.modelFile { await engines.unload(engine.reference) }
        }
        await engines.unload(name)
    }

    /// Removes a model whose pulls were just cancelled, which release its files within a moment. Other pulls of it keep it.
    private func remove(_ removal: ModelRemoval, whenFreeOf cancelled: Set<String>) async throws -> CacheCleanup {
        for _ in 0..<50 {
            do {
                return try await store.remove(removal) { try await UnfinishedJobs(in: database, except: cancelled) }
            } catch let error as RoostError where error.code == .conflict {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        return try await store.remove(removal) { try await UnfinishedJobs(in: database, except: cancelled) }
    }

    private func refuseLoaded(_ selector: ModelSelector) async throws {
        guard let engine = try await loaded(selector).first else { return }
        throw RoostError(
            .conflict,
            "\(engine.reference) is in memory. Take it out with `roost unload \(engine.reference)` first, or remove it all the same with --force.",
            field: "model")
    }

    /// Returns the loaded models of a selection.
    private func loaded(_ selector: ModelSelector) async throws -> [LoadedModel] {
        if let entry = try await store.onDisk({ store.catalog.ollamaEntry(for: selector, followsAliases: false) }) {
            return await engines.loadedModels().filter { $0.state != .failed && $0.modelFile == entry.modelFile }
        }
        let (snapshots, named) = try await store.onDisk {
            (Set(try store.snapshots(of: selector)), selector.variant == nil ? nil : try? store.catalog.entry(for: selector.model))
        }
        return await engines.loadedModels().filter { engine in
            engine.state != .failed && snapshots.contains(engine.snapshotPath)
                && (selector.variant == nil || engine.modelFile == named?.modelFile || engine.reference == named?.reference ?? selector.model)
        }
    }

    /// Verifies files, moves damaged ones to quarantine, and starts pulls for them and for missing ones.
    ///
    /// - Throws: `RoostError` with code `modelNotFound`, `fileSystem` or `database`.
    func repair(_ selector: ModelSelector?, onProgress: @escaping @Sendable (VerifyProgress) -> Void) async throws -> ModelRepair {
        let report = try await store.verify(selector, onProgress: onProgress)
        let plan = try ModelRepairPlan(report)
        var quarantined: [String] = []
        for finding in report.findings {
            do {
                if let path = try await store.onDisk({ try store.quarantine(finding) }) { quarantined.append(path) }
            } catch let error as RoostError where error.code == .conflict {
                // A pull of this file is already running. The new pull waits for it, hashes the file, and fetches it
                // again if needed.
                logger.info("a damaged file is being worked on; the pull looks at it after", metadata: ["file": "\(finding.location)"])
            }
        }
        var jobs: [String] = []
        for pull in plan.pulls { jobs.append(try await pulls.submit(pull).id) }
        // The pulls are recorded, so the damaged bytes are no longer needed.
        for path in quarantined { try await store.onDisk { try store.cache.discard(quarantined: path) } }
        if !jobs.isEmpty { logger.notice("repairing models", metadata: ["files": "\(report.findings.count)", "jobs": "\(jobs)"]) }
        return ModelRepair(report: report, jobs: jobs)
    }
}

extension UnfinishedJobs {
    /// Reads the queued, paused and running jobs of an open store.
    ///
    /// - Parameters:
    ///   - database: The store.
    ///   - ids: Jobs that do not count.
    /// - Throws: `RoostError` with code `database`.
    fileprivate init(in database: any JobStore, except ids: Set<String> = []) async throws {
        let found = try await database.jobModels(of: [.queued, .running])
        self.init(found.filter { !ids.contains($0.id) })
    }
}
