import Engines
package import Foundation
import HubClient
import JobStoreSQLite
import Logging
import ModelLibrary
import PullJobs
package import RoostAPI
package import RoostCore
package import SystemPackage

/// The models on the disk while no server runs. Methods that change something own the home meanwhile, so that no server
/// can start; the others only read.
package struct OfflineModels: Sendable {
    private let home: FilePath
    private let store: ModelStore
    private let hub: HubConfiguration
    private let environment: [String: String]

    /// Creates the value for the cache and the home of this environment.
    ///
    /// - Parameter environment: The environment variables.
    /// - Throws: `RoostError` when a variable is invalid.
    package init(environment: [String: String]) throws {
        home = try ServerSettings.homeDirectory(flag: nil, environment: environment)
        hub = try HubConfiguration(environment: environment)
        store = ModelStore(hub: hub, home: home)
        self.environment = environment
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
        try await store.detail(of: selector, loaded: [], pulls: unfinished())
    }

    /// Returns the rests of unfinished downloads.
    ///
    /// - Returns: The files.
    /// - Throws: `RoostError` with code `fileSystem` or `database`.
    package func partials() async throws -> [PartialDownload] { try await store.partials(unfinished()) }

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
        guard !isDryRun else { return try await store.collect(options, pulls: unfinished(), loaded: []) }
        return try await owningHome { try await store.collect(options, pulls: unfinished(), loaded: []) }
    }

    /// Removes a model. Only a server can cancel unfinished pulls, so force has no effect on them here.
    ///
    /// - Parameter removal: The model and the options.
    /// - Returns: The items that were removed, or would be.
    /// - Throws: `RoostError` with code `modelNotFound`, `fileSystem`, `database`, or `conflict`, also while a server runs.
    package func remove(_ removal: ModelRemoval) async throws -> CacheCleanup {
        guard !removal.isDryRun else { return try await store.remove(removal, pulls: unfinished()) }
        return try await owningHome { try await store.remove(removal, pulls: unfinished()) }
    }

    /// Makes a model from weights in the cache. It does not need to own the home: a server at the same time makes the
    /// same model only once.
    ///
    /// - Parameters:
    ///   - selector: The repository, with an optional recipe and revision.
    ///   - policy: The wanted quantisation, where the selector names none.
    ///   - onProgress: Receives the progress.
    /// - Returns: The model.
    /// - Throws: As `LocalConversion.run`; `RoostError` with code `invalidConfiguration`.
    package func convert(
        _ selector: ModelSelector, policy: QuantizationPolicy, onProgress: @escaping @Sendable (ConversionProgress) -> Void
    ) async throws -> ConversionResult {
        let settings = try await ServerSettings.load(flags: .init(), environment: environment)
        let conversion = LocalConversion(
            hub: hub, receipts: store.receipts, settings: ConversionSettings(settings, environment: environment),
            logger: Logger(label: "roost.convert"))
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

    private func unfinished() throws -> UnfinishedJobs {
        let path = HomeDirectory.database(in: home).string
        guard FileManager.default.fileExists(atPath: path) else { return UnfinishedJobs([]) }
        try JobFileCheck.refuseUnusable(path)
        return UnfinishedJobs(try UnfinishedPulls.read(path))
    }
}
