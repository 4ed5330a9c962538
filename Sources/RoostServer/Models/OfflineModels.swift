import Engines
public import Foundation
import HubClient
import JobStore
import Logging
import PullJobs
public import RoostCore
public import SystemPackage

/// The models on disk while no server runs: what looks only looks, what changes anything owns the home meanwhile, so that no server starts beside it.
public struct OfflineModels: Sendable {
    private let home: FilePath
    private let store: ModelStore
    private let hub: HubConfiguration
    private let environment: [String: String]

    /// Finds the cache and the home that a server with this environment would use.
    ///
    /// - Parameter environment: The environment variables.
    /// - Throws: `RoostError` when a variable cannot be used.
    public init(environment: [String: String]) throws {
        home = try ServerSettings.homeDirectory(flag: nil, environment: environment)
        hub = try HubConfiguration(environment: environment)
        store = ModelStore(hub: hub, home: home)
        self.environment = environment
    }

    /// The models that an engine could load.
    ///
    /// - Returns: The models; none is loaded.
    /// - Throws: `RoostError` with code `fileSystem`.
    public func list() async throws -> [ModelView] { try store.list(loaded: []) }

    /// Everything the disk holds of a model.
    ///
    /// - Parameter selector: Which.
    /// - Returns: The detail.
    /// - Throws: `RoostError` with code `modelNotFound`, `fileSystem` or `database`.
    public func detail(of selector: ModelSelector) async throws -> ModelDetail {
        try await store.detail(of: selector, loaded: [], pulls: unfinished())
    }

    /// What unfinished downloads have left.
    ///
    /// - Returns: The files.
    /// - Throws: `RoostError` with code `fileSystem` or `database`.
    public func partials() async throws -> [PartialDownload] { try await store.partials(unfinished()) }

    /// Hashes files again.
    ///
    /// - Parameters:
    ///   - selector: Which model; `nil` for all.
    ///   - onProgress: Hears how far it is.
    /// - Returns: What was found.
    /// - Throws: `RoostError` with code `modelNotFound` or `fileSystem`.
    public func verify(_ selector: ModelSelector?, onProgress: @escaping @Sendable (VerifyProgress) -> Void) async throws -> VerifyReport {
        try await store.verify(selector, onProgress: onProgress)
    }

    /// Removes what nobody needs.
    ///
    /// - Parameters:
    ///   - isDryRun: Whether nothing is removed.
    ///   - includesRevisions: Whether superseded commits go, too.
    ///   - minimumAge: How long an unfinished download must have rested, in seconds.
    /// - Returns: What went, or would.
    /// - Throws: `RoostError` with code `conflict` while a server runs; `fileSystem` or `database`.
    public func collect(isDryRun: Bool, includesRevisions: Bool, minimumAge: TimeInterval) async throws -> CacheCleanup {
        let options = CollectOptions(isDryRun: isDryRun, includesRevisions: includesRevisions, minimumAge: minimumAge)
        guard !isDryRun else { return try await store.collect(options, pulls: unfinished(), loaded: []) }
        return try await owningHome { try await store.collect(options, pulls: unfinished(), loaded: []) }
    }

    /// Removes a model. Pulls that are not finished can be ended by a server only, so force does not help here.
    ///
    /// - Parameter removal: Which, and how.
    /// - Returns: What went, or would.
    /// - Throws: `RoostError` with code `modelNotFound`, `fileSystem`, `database`, or `conflict`, also while a server runs.
    public func remove(_ removal: ModelRemoval) async throws -> CacheCleanup {
        guard !removal.isDryRun else { return try await store.remove(removal, pulls: unfinished()) }
        return try await owningHome { try await store.remove(removal, pulls: unfinished()) }
    }

    /// Makes a model of weights in the cache. Needs no claim on the home: a server beside it makes the same model only once, too.
    ///
    /// - Parameters:
    ///   - selector: Which repository, by which recipe, of which revision.
    ///   - policy: Which recipe, where the selector names none.
    ///   - onProgress: Hears how far it is.
    /// - Returns: The model.
    /// - Throws: As `LocalConversion.run`; `RoostError` with code `invalidConfiguration`.
    public func convert(
        _ selector: ModelSelector, policy: QuantizationPolicy, onProgress: @escaping @Sendable (ConversionProgress) -> Void
    ) async throws -> ConversionResult {
        let settings = try await ServerSettings.load(flags: .init(), environment: environment)
        let conversion = LocalConversion(
            hub: hub, receipts: store.receipts, settings: ConversionSettings(settings, environment: environment),
            logger: Logger(label: "roost.convert"))
        return try await conversion.run(selector, policy: policy, onProgress: onProgress)
    }

    /// The files of a model that an engine could load.
    ///
    /// - Parameter reference: Which.
    /// - Returns: The GGUF file, or all parts of a split one in order.
    /// - Throws: `RoostError` with code `modelNotFound`.
    public func files(of reference: ModelReference) throws -> [FilePath] { try store.catalog.entry(for: reference).parts }

    /// The folders with the files of a repository, as the Hub cache has them.
    ///
    /// - Parameter selector: Which; all revisions that are here without one.
    /// - Returns: Paths; none for what is not here.
    /// - Throws: `RoostError` with code `fileSystem`.
    public func snapshots(of selector: ModelSelector) throws -> [FilePath] { try store.cache.snapshots(of: selector) }

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
