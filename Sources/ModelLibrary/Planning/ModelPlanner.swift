package import HubClient
package import RoostCore

/// Chooses the files of a model: one GGUF model with its companions, or weights that are converted to one.
package struct ModelPlanner: Sendable {
    private let hub: HubClient
    private let conversions: ConversionSettings?

    /// Creates a planner.
    ///
    /// - Parameters:
    ///   - hub: The Hub client, for the beginnings of files.
    ///   - conversions: The settings of conversions; `nil` if weights are not converted.
    package init(hub: HubClient, conversions: ConversionSettings?) {
        self.hub = hub
        self.conversions = conversions
    }

    /// Chooses the files. The free disk space is not checked.
    ///
    /// - Parameters:
    ///   - reference: The requested model.
    ///   - policy: The wanted quantisation, when the reference names none.
    ///   - patterns: The selection of files.
    ///   - resolved: The repository.
    /// - Returns: The plan.
    /// - Throws: `RoostError` with code `entryNotFound`, `unsupportedModel` or `invalidModelFile`; as `HubClient.beginning`;
    ///   `CancellationError`.
    package func plan(
        _ reference: ModelReference, policy: QuantizationPolicy, patterns: FilePatterns, from resolved: ResolvedRepository
    ) async throws -> ModelPlan {
        let wanted = resolved.files.filter { patterns.select($0.path) }
        // Explicitly selected files are fetched whether or not there is a model among them.
        let isExplicit = patterns.allow != nil
        let missed = resolved.skipped.filter { patterns.select($0.name) && (isExplicit || Self.belongsToModels($0.name)) }
        guard !wanted.isEmpty || !isExplicit else {
            let count = resolved.files.count + resolved.skipped.count
            throw RoostError(
                .entryNotFound,
                Self.note(of: missed).map { "\($0) Nothing else matches the patterns." }
                    ?? "None of the \(count) files of \(reference.repository) matches the patterns. Look at its list of files on the Hub, or pull without patterns."
            )
        }
        var plan = try await choose(reference, policy, wanted, isExplicit: isExplicit, resolved.revision)
        plan.isWholeRepository = plan.files.count == resolved.files.count && resolved.skipped.isEmpty
        plan.notes = [Self.note(of: missed), plan.projector.map(Self.note)].compactMap(\.self)
        return plan
    }

    /// Plans with the files that the patterns select.
    private func choose(
        _ reference: ModelReference, _ policy: QuantizationPolicy, _ wanted: [RepositoryFile], isExplicit: Bool, _ revision: ResolvedRevision
    ) async throws -> ModelPlan {
        var listing = GGUFListing(wanted.map { (path: $0.path, size: $0.size) })
        let variant = try await GGUFChoice(hub: hub, revision: revision, files: wanted).choose(for: reference, policy, from: &listing)
        if variant == nil, !isExplicit, let conversions {
            return try await convert(
                reference: reference, policy: policy, ResolvedRepository(revision: revision, files: wanted), listing, conversions)
        }
        // Throws an error that explains which models there are.
        if variant == nil, !isExplicit || reference.variant != nil { _ = try listing.choose(for: reference, policy: policy) }
        let projector = isExplicit ? nil : variant.flatMap(listing.projector)
        let chosen = Set((variant?.files ?? wanted.map(\.path)) + (projector?.files ?? []))
        let files = isExplicit ? wanted : wanted.filter { chosen.contains($0.path) || Self.isCompanion($0) }
        return ModelPlan(
            reference: variant.map { listing.reference(to: $0, of: reference.repository) } ?? reference, revision: revision, files: files,
            sizeBytes: wanted.filter { chosen.contains($0.path) }.reduce(0) { $0 + $1.size }, variant: variant, projector: projector?.files[0],
            listing: listing, alternatives: variant.flatMap { listing.alternatives(to: $0, reference) })
    }

    /// Plans the download of the weights with the files that describe them.
    private func convert(
        reference: ModelReference, policy: QuantizationPolicy, _ resolved: ResolvedRepository, _ listing: GGUFListing,
        _ conversions: ConversionSettings
    ) async throws -> ModelPlan {
        let found = listing.explanation.map { "holds no whole GGUF model: \($0)" } ?? "holds no GGUF file"
        if let variant = reference.variant, variant.quantization == nil {
            throw RoostError(
                .unsupportedModel,
                "\(reference.repository) \(found). A model can only be made of its weights by a recipe, such as `\(reference.repository):Q4_K_M`; \(variant.description.quotedForPeople) is none."
            )
        }
        let order: ConversionOrder
        do {
            order = try await ConversionPlanner(hub: hub, threshold: conversions.threshold).order(reference, policy: policy, resolved)
        } catch let error as RoostError where error.code == .unsupportedModel && error.field == nil {
            throw RoostError(
                .unsupportedModel, "\(reference.repository) \(found). None can be made of what else it holds: \(error.message)", cause: error)
        }
        let weights = Set(order.weights.map(\.path))
        let files = resolved.files.filter { weights.contains($0.path) || Self.describesWeights($0) }
        return ModelPlan(
            reference: ModelReference(repository: reference.repository, quantization: order.tag), revision: resolved.revision, files: files,
            sizeBytes: order.weights.reduce(0) { $0 + $1.size }, variant: nil,
            listing: listing, conversion: order)
    }

    /// Whether a file of this name could belong to a model.
    private static func belongsToModels(_ name: String) -> Bool {
        let name = name.lowercased()
        return [".gguf", ".safetensors", ".model", ".md", ".json", ".txt", ".jinja"].contains { name.hasSuffix($0) } || name.contains("license")
    }

    /// Returns the sentence about a projector for the job's history.
    private static func note(of projector: RepositoryFilePath) -> String {
        "\(projector.description.quotedForPeople) is pulled with the model, which reads images or sounds with it. A pull with `projector` false (--no-projector) leaves it out."
    }

    /// Returns the sentence about skipped files for the job's history; `nil` when there are none.
    private static func note(of skipped: [SkippedFile]) -> String? {
        guard !skipped.isEmpty else { return nil }
        let shown = skipped.prefix(4).map { "\($0.name.quotedForPeople), as \($0.reason)" }.joined(separator: "; ")
        return "Left out: \(shown)\(skipped.count > 4 ? "; and \(skipped.count - 4) more" : "")."
    }

    /// Whether a file describes the weights. Tokenizers have up to about thirty megabytes. Files in folders belong to
    /// other programs, except templates and the pooling of embeddings.
    private static func describesWeights(_ file: RepositoryFile) -> Bool {
        if isCompanion(file) { return true }
        let path = file.path.description
        return !path.contains("/") && file.size <= 64 << 20 && [".json", ".txt", ".model"].contains { path.hasSuffix($0) }
    }

    /// Whether a file is the model card, the licence or a small description.
    private static func isCompanion(_ file: RepositoryFile) -> Bool {
        let name = file.path.fileName.lowercased()
        return file.size <= 1 << 20 && (name.hasPrefix("license") || [".md", ".json", ".txt", ".jinja"].contains { name.hasSuffix($0) })
    }
}
