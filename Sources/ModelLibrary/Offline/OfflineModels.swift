package import Foundation
package import HubClient
import Logging
package import RoostAPI
package import RoostCore
package import SystemPackage

/// The models on the disk while no server runs. Methods that change something own the home meanwhile, so that no server
/// can start; the others only read.
package struct OfflineModels: Sendable {
    private let home: FilePath
    private let store: ModelStore
    private let hub: HubConfiguration
    private let unfinished: @Sendable () throws -> [(id: String, model: String)]

    /// Creates the value for a cache and a home.
    ///
    /// - Parameters:
    ///   - hub: The settings of the Hub client, with the cache.
    ///   - home: Roost's home.
    ///   - unfinished: Returns the id and the model of each job that is not finished.
    package init(hub: HubConfiguration, home: FilePath, unfinished: @escaping @Sendable () throws -> [(id: String, model: String)]) {
        self.home = home
        self.hub = hub
        self.unfinished = unfinished
        store = ModelStore(hub: hub, home: home)
    }

    /// Returns the models that an engine could load.
    ///
    /// - Returns: The models; none is loaded.
    /// - Throws: `RoostError` with code `fileSystem`.
    package func list() async throws -> [ModelView] { try store.list(loaded: []) }

    /// Returns everything on the disk that belongs to a model.
    ///
    /// - Parameter selector: The model.
    /// - Returns: The detail.
    /// - Throws: `RoostError` with code `modelNotFound`, `fileSystem` or `database`.
    package func detail(of selector: ModelSelector) async throws -> ModelDetail {
        try await store.detail(of: selector, loaded: [], pulls: UnfinishedJobs(unfinished()))
    }

    /// Returns the rests of unfinished downloads.
    ///
    /// - Returns: The files.
    /// - Throws: `RoostError` with code `fileSystem` or `database`.
    package func partials() async throws -> [PartialDownload] { try await store.partials(UnfinishedJobs(unfinished())) }

    /// Hashes files again.
    ///
    /// - Parameters:
    ///   - selector: The model; `nil` for all.
    ///   - onProgress: Receives the progress.
    /// - Returns: The result.
    /// - Throws: `RoostError` with code `modelNotFound` or `fileSystem`.
    package func verify(_ selector: ModelSelector?, onProgress: @escaping @Sendable (VerifyProgress) -> Void) async throws -> VerifyReport {
        try await store.verify(selector, onProgress: onProgress)
    }

    /// Removes unused content.
    ///
    /// - Parameters:
    ///   - isDryRun: Whether to remove nothing.
    ///   - includesRevisions: Whether to remove commits without a branch or tag too.
    ///   - minimumAge: The minimum age of unfinished downloads to remove, in seconds since their last write.
    /// - Returns: The items that were removed, or would be.
    /// - Throws: `RoostError` with code `conflict` while a server runs; `fileSystem` or `database`.
    package func collect(isDryRun: Bool, includesRevisions: Bool, minimumAge: TimeInterval) async throws -> CacheCleanup {
        let options = CollectOptions(isDryRun: isDryRun, includesRevisions: includesRevisions, minimumAge: minimumAge)
        func collect() async throws -> CacheCleanup {
            try await store.collect(options, pulls: { try UnfinishedJobs(unfinished()) }, loaded: { [] })
        }
        return isDryRun ? try await collect() : try await owningHome { try await collect() }
    }

    /// Removes a model. Only a server can cancel unfinished pulls, so force has no effect on them here.
    ///
    /// - Parameter removal: The model and the options.
    /// - Returns: The items that were removed, or would be.
    /// - Throws: `RoostError` with code `modelNotFound`, `fileSystem`, `database`, or `conflict`, also while a server runs.
    package func remove(_ removal: ModelRemoval) async throws -> CacheCleanup {
        func remove() async throws -> CacheCleanup { try await store.remove(removal) { try UnfinishedJobs(unfinished()) } }
        return removal.isDryRun ? try await remove() : try await owningHome { try await remove() }
    }

    /// Makes a model from weights in the cache. It does not need to own the home: a server at the same time makes the
    /// same model only once.
    ///
    /// - Parameters:
    ///   - selector: The repository, with an optional recipe and revision.
    ///   - policy: The wanted quantisation, where the selector names none.
    ///   - settings: The settings of conversions.
    ///   - onProgress: Receives the progress.
    /// - Returns: The model.
    /// - Throws: As `LocalConversion.run`.
    package func convert(
        _ selector: ModelSelector, policy: QuantizationPolicy, settings: ConversionSettings,
        onProgress: @escaping @Sendable (ConversionProgress) -> Void
    ) async throws -> ConversionResult {
        let conversion = LocalConversion(hub: hub, receipts: store.receipts, settings: settings, logger: Logger(label: "roost.convert"))
        return try await conversion.run(selector, policy: policy, onProgress: onProgress)
    }

    /// Returns the files of a model that an engine could load.
    ///
    /// - Parameter reference: The model.
    /// - Returns: The GGUF file, or all parts of a split one in order.
    /// - Throws: `RoostError` with code `modelNotFound`.
    package func files(of reference: ModelReference) throws -> [FilePath] { try store.catalog.entry(for: reference).parts }

    /// Returns the snapshot folders of a repository in the Hub cache.
    ///
    /// - Parameter selector: The repository; without a revision, all local revisions.
    /// - Returns: The paths; none when the repository is not on this machine.
    /// - Throws: `RoostError` with code `fileSystem`.
    package func snapshots(of selector: ModelSelector) throws -> [FilePath] { try store.cache.snapshots(of: selector) }

    private func owningHome<Value>(_ work: () async throws -> Value) async throws -> Value {
        let owner = try HomeDirectory(claiming: home)
        let value = try await work()
        withExtendedLifetime(owner) {}
        return value
    }
}
