import Foundation
package import HubClient
package import RoostAPI
package import RoostCore
package import SystemPackage

/// The models on the disk, for the routes of a server and for commands without one. Work on the disk runs on threads
/// for it.
package struct ModelStore: Sendable {
    package let catalog: ModelCatalog
    package let cache: HubCache
    package let receipts: ReceiptFolder
    /// One removal at a time: two at the same time would disturb each other.
    private let cleanups = OneAtATime<FilePath>()

    package init(hub: HubConfiguration, home: FilePath, ollamaModels: FilePath? = nil) {
        catalog = ModelCatalog(
            cacheDirectory: hub.cacheDirectory, converted: ConvertedModels(home: home), aliases: AliasStore(home: home),
            ollama: OllamaStores(home: home, configured: ollamaModels))
        cache = hub.cache
        receipts = ReceiptFolder(home: home)
    }

    /// Returns the models that an engine can load.
    ///
    /// - Parameter loaded: The models in memory.
    /// - Returns: The models, loaded or not.
    /// - Throws: `RoostError` with code `fileSystem`.
    package func list(loaded: [ModelInUse]) throws -> [ModelView] {
        let loaded = Dictionary(loaded.map { ($0.modelFile, $0) }) { first, _ in first }
        return try catalog.entries().map { entry in
            let loadDuration = loaded[entry.modelFile]?.loadDuration
            return ModelView(
                model: entry.reference.description, loaded: loadDuration != nil, sizeBytes: entry.sizeBytes,
                localPath: (entry.isConverted ? entry.modelFile.removingLastComponent() : entry.snapshotPath).string,
                loadDuration: loadDuration?.nanoseconds, origin: entry.origin,
                projector: entry.projector.map { entry.pathInFolder($0) })
        }
    }

    /// Returns everything on the disk that belongs to a model.
    ///
    /// - Throws: `RoostError` with code `modelNotFound` or `fileSystem`.
    package func detail(of selector: ModelSelector, loaded: [ModelInUse], pulls: UnfinishedJobs) async throws -> ModelDetail {
        try await onDisk {
            if let entry = catalog.ollamaEntry(for: selector, followsAliases: true) { return try detail(of: entry, loaded: loaded) }
            let selector = try catalog.named(selector, followsAliases: true)
            let named = selector.variant == nil ? nil : try? catalog.entry(for: selector.model).reference
            let models = try list(loaded: loaded).filter { view in
                guard let reference = try? ModelReference(parsing: view.model), reference.repository == selector.repository else { return false }
                return selector.variant == nil || reference == named
            }
            var detail = try cache.detail(of: selector, receipts: receipts, models: models)
            detail.partials = pulls.naming(detail.partials)
            return detail
        }
    }

    /// Returns what belongs to a model of an Ollama store: its files, and no commits.
    private func detail(of entry: ModelEntry, loaded: [ModelInUse]) throws -> ModelDetail {
        let name = entry.reference.description
        let models = try list(loaded: loaded).filter { $0.origin == .ollama && $0.model.lowercased() == name.lowercased() }
        return ModelDetail(
            model: name, sizeBytes: entry.sizeBytes, path: entry.modelFile.string, models: models, revisions: [], partials: [], conversions: [])
    }

    /// Returns the rests of unfinished downloads.
    package func partials(_ pulls: UnfinishedJobs) async throws -> [PartialDownload] { try await onDisk { pulls.naming(try cache.partials()) } }

    /// Hashes files again.
    ///
    /// - Throws: `RoostError` with code `modelNotFound`, `invalidRequest` for a model of an Ollama store, or `fileSystem`.
    package func verify(_ selector: ModelSelector?, onProgress: @escaping @Sendable (VerifyProgress) -> Void) async throws -> VerifyReport {
        let named = try await onDisk { try selector.map { try inCache($0) } }
        return try await CacheVerifier(cache: cache, receipts: receipts).verify(named, onProgress: onProgress)
    }

    /// Returns a selection of the Hub cache as it is called there.
    private func inCache(_ typed: ModelSelector) throws -> ModelSelector {
        do {
            return try catalog.named(typed, followsAliases: true)
        } catch let error as RoostError where error.code == .modelNotFound {
            guard let entry = catalog.ollamaEntry(for: typed, followsAliases: true) else { throw error }
            throw RoostError(
                .invalidRequest,
                "\(entry.reference) is in an Ollama store, and only models of the Hub cache can be verified and repaired. `roost import ollama FOLDER --dry-run` hashes the files of such a store.",
                field: "model")
        }
    }

    /// Removes unused content.
    ///
    /// - Parameters:
    ///   - options: The content to remove.
    ///   - pulls: Reads the unfinished pulls, again before each repository: one may begin in the meantime.
    ///   - loaded: Reads the models in memory, as often.
    /// - Returns: The removed content, and what was kept.
    /// - Throws: `RoostError` with code `fileSystem`; the errors of `pulls`.
    package func collect(
        _ options: CollectOptions, pulls: @Sendable () async throws -> UnfinishedJobs, loaded: @Sendable () async -> [ModelInUse]
    ) async throws -> CacheCleanup {
        try await cleanups.alone(with: cache.root) {
            var report = CacheCleanup(isDryRun: options.isDryRun)
            for repository in try await onDisk({ try cache.repositories() }) {
                report = try await cleaning(report, pulls, loaded) { try $0.collect(in: repository, options, &$1) }
            }
            return try await cleaning(report, pulls, loaded) {
                try $0.collectRest(options, &$1)
                // A new file has no model for a moment.
                try catalog.ollama?.own.collect(before: Date(timeIntervalSinceNow: -max(options.minimumAge, 86_400)), &$1)
            }
        }
    }

    /// Continues a report by a step of a clean-up that knows what may not be touched now.
    private func cleaning(
        _ report: CacheCleanup, _ pulls: @Sendable () async throws -> UnfinishedJobs, _ loaded: @Sendable () async -> [ModelInUse],
        _ step: @escaping @Sendable (CacheCleaner, inout CacheCleanup) throws -> Void
    ) async throws -> CacheCleanup {
        let cleaner = CacheCleaner(
            cache: cache, receipts: receipts, snapshotsInUse: Set(await loaded().map(\.snapshotPath)), reasonToKeep: try await pulls().reasonToKeep)
        return try await onDisk {
            var report = report
            try step(cleaner, &report)
            return report
        }
    }

    /// Removes a model.
    ///
    /// - Parameters:
    ///   - removal: The model.
    ///   - pulls: Reads the unfinished pulls, when no other removal runs.
    /// - Returns: The removed content.
    /// - Throws: `RoostError` with code `modelNotFound`, `conflict`, `invalidRequest` for an ambiguous name, or `fileSystem`; the errors of `pulls`.
    package func remove(_ removal: ModelRemoval, pulls: @Sendable () async throws -> UnfinishedJobs) async throws -> CacheCleanup {
        try await cleanups.alone(with: cache.root) {
            let cleaner = CacheCleaner(cache: cache, receipts: receipts, reasonToKeep: try await pulls().reasonToKeep)
            return try await onDisk {
                let removal = try named(removal)
                let selector = removal.selector
                if let entry = ollamaEntry(for: removal) { return try remove(entry, isDryRun: removal.isDryRun) }
                return removal.onlyPartials
                    ? try cleaner.removePartials(of: selector.repository, isDryRun: removal.isDryRun)
                    : try cleaner.remove(selector, isDryRun: removal.isDryRun)
            }
        }
    }

    /// Returns a removal of the repository as it is called on this machine. An alias is no name of it here: removing an alias is not to
    /// remove a model.
    ///
    /// - Throws: `RoostError` with code `modelNotFound` or `fileSystem`.
    package func named(_ removal: ModelRemoval) throws -> ModelRemoval {
        var removal = removal
        if let entry = ollamaEntry(for: removal) {
            removal.selector = try ModelSelector(entry.reference, revision: nil)
            return removal
        }
        removal.selector = try catalog.named(removal.selector, followsAliases: false)
        return removal
    }

    private func ollamaEntry(for removal: ModelRemoval) -> ModelEntry? {
        removal.onlyPartials ? nil : catalog.ollamaEntry(for: removal.selector, followsAliases: false)
    }

    /// Removes a model of Roost's own store. The folders of Ollama belong to Ollama.
    private func remove(_ entry: ModelEntry, isDryRun: Bool) throws -> CacheCleanup {
        if let own = catalog.ollama?.own, entry.modelFile.starts(with: own.root), let report = try own.remove(entry.reference, isDryRun: isDryRun) {
            return report
        }
        throw RoostError(
            .conflict, "\(entry.reference) belongs to Ollama's folder, which Roost only reads. Remove it there with `ollama rm \(entry.reference)`.",
            field: "model")
    }

    /// Returns the snapshot folders of a selection.
    package func snapshots(of selector: ModelSelector) throws -> [FilePath] {
        try cache.snapshots(of: selector) + receipts.conversionFolders(of: selector, in: cache)
    }

    /// Moves a damaged file to quarantine.
    package func quarantine(_ finding: VerifyReport.Finding) throws -> String? {
        try finding.recipe == nil ? cache.quarantine(finding) : receipts.quarantine(finding)
    }

    package func onDisk<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await FileThreads.run(work)
    }
}
