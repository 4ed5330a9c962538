import Foundation
package import HubClient
package import Logging
import ModelFormats
import RoostAPI
package import RoostCore
import SystemPackage

/// Makes a model from weights in the Hub cache without contacting the Hub: `roost models convert`.
package struct LocalConversion: Sendable {
    private var hub: HubConfiguration
    private let receipts: ReceiptFolder
    private let settings: ConversionSettings
    private let logger: Logger

    /// Creates the conversion of local weights.
    ///
    /// - Parameters:
    ///   - hub: The settings of the Hub client, with the cache.
    ///   - receipts: The folder of the receipts.
    ///   - settings: The settings of conversions.
    ///   - logger: The logger.
    package init(hub: HubConfiguration, receipts: ReceiptFolder, settings: ConversionSettings, logger: Logger) {
        self.hub = hub
        self.hub.isOffline = true
        self.receipts = receipts
        self.settings = settings
        self.logger = logger
    }

    /// Makes a model, unless it already exists. The source files are hashed first. If another process makes the same
    /// model, the call waits for it.
    ///
    /// - Parameters:
    ///   - selector: The repository, with an optional recipe and revision.
    ///   - policy: The wanted quantisation, where the selector names none.
    ///   - onProgress: Receives the progress, often and on any thread.
    /// - Returns: The model.
    /// - Throws: `RoostError` with code `modelNotFound` when files of the repository are missing here, `digestMismatch`
    ///   when they are damaged, `unsupportedModel`, `invalidModelFile`, `engineMissing`, `insufficientSpace` or
    ///   `fileSystem`; `CancellationError`.
    @concurrent
    package func run(
        _ selector: ModelSelector, policy: QuantizationPolicy, onProgress: @escaping @Sendable (ConversionProgress) -> Void
    ) async throws -> ConversionResult {
        let client = HubClient(configuration: hub, logger: logger)
        do {
            let result = try await make(selector, policy, client, onProgress)
            try await client.shutdown()
            return result
        } catch {
            try await client.shutdown()
            throw error
        }
    }

    private func make(
        _ selector: ModelSelector, _ policy: QuantizationPolicy, _ client: HubClient, _ onProgress: @escaping @Sendable (ConversionProgress) -> Void
    ) async throws -> ConversionResult {
        let revision = try hub.cache.heldRevision(selector)
        let files = try hub.cache.heldFiles(in: revision, receipts: receipts)
        try requireWeights(files, client, revision)
        let plan = try await ModelPlanner(hub: client, conversions: settings).plan(
            selector.model, policy: policy, patterns: FilePatterns(allow: nil, ignore: nil),
            from: ResolvedRepository(revision: revision, files: files))
        guard let order = plan.conversion else {
            throw RoostError(.unsupportedModel, "\(selector.repository) holds GGUF files, which engines load as they are: \(plan.reference).")
        }
        let work = ModelConverter.Work(plan, order, in: client)
        let converter = ModelConverter(settings: settings, logger: logger)
        if let made = await converter.existing(work) { return result(plan, made, wasMadeBefore: true) }
        // Fails early, before gigabytes are hashed.
        if order.decision.recipe.needsLibrary { _ = try settings.locateLibrary() }
        try await verify(plan, onProgress)
        let made = try await converter.make(
            work, of: arrived(plan, client), note: { _ in },
            progress: { onProgress(.writing(order.stage, $0.totalBytes > 0 ? Double($0.bytes) / Double($0.totalBytes) : 1)) })
        return result(plan, made, wasMadeBefore: false)
    }

    private func result(_ plan: ModelPlan, _ made: ModelConverter.Made, wasMadeBefore: Bool) -> ConversionResult {
        ConversionResult(
            model: plan.reference.description, path: made.folder.appending(ConvertedModels.modelName).string,
            sizeBytes: made.receipt.model.size, wasMadeBefore: wasMadeBefore, receipt: made.receipt)
    }

    /// Throws if files are missing that the repository may well have. Otherwise the error would say that the repository
    /// cannot be converted.
    private func requireWeights(_ files: [RepositoryFile], _ client: HubClient, _ revision: ResolvedRevision) throws {
        let places = Dictionary(files.map { ($0.path.description, $0) }) { first, _ in first }
        let isPickled = places.keys.contains { name in [".gguf", ".bin", ".pt", ".pth", ".ckpt"].contains { name.hasSuffix($0) } }
        guard isPickled || places.keys.contains(where: { $0.hasSuffix(".safetensors") }) else {
            throw hub.cache.incomplete(revision, "its weights are missing here, or their digests are not recorded")
        }
        guard let index = places[CheckpointFiles.indexName], index.size <= CheckpointIndex.byteLimit,
            let json = FileManager.default.contents(atPath: client.path(of: index, in: revision).string)
        else { return }
        if let missing = try CheckpointIndex(parsing: json).files.first(where: { places[$0] == nil }) {
            throw hub.cache.incomplete(revision, "\(missing.quotedForPeople), which its index lists, is missing")
        }
    }

    private func verify(_ plan: ModelPlan, _ onProgress: @escaping @Sendable (ConversionProgress) -> Void) async throws {
        var verifier = CacheVerifier(cache: hub.cache, receipts: receipts)
        verifier.includesConversions = false
        let commit = ModelSelector(repository: plan.revision.repository, revision: plan.revision.commit.description)
        let report = try await verifier.verify(commit) { onProgress(.verifying($0)) }
        let needed = Set(plan.files.map(\.path.description))
        guard let damaged = report.findings.first(where: { needed.contains($0.path) }) else { return }
        throw RoostError(
            .digestMismatch,
            "\(damaged.message) No model was made; fetch the file again with `roost models repair \(plan.revision.repository)` or `roost pull \(plan.reference)`."
        )
    }

    private func arrived(_ plan: ModelPlan, _ client: HubClient) -> DownloadingFiles {
        let weights = Set(plan.conversion?.weights.map(\.path) ?? [])
        let files = DownloadingFiles(plan.conversion?.weights ?? [], companions: plan.files.filter { !weights.contains($0.path) })
        for file in plan.files { files.verified(file, at: client.path(of: file, in: plan.revision)) }
        return files
    }
}
