import HubClient
import RoostCore

/// Chooses the files and checks that they fit on the disk.
struct PlanStage: Sendable {
    let hub: HubClient
    /// The settings for converting weights to models; `nil` if weights are not converted.
    let conversions: ConversionSettings?

    func run(reference: ModelReference, policy: QuantizationPolicy, patterns: FilePatterns, resolved: ResolvedRepository) async throws -> PullPlan {
        var plan = try await choose(reference: reference, policy: policy, patterns: patterns, resolved: resolved)
        plan.claim = try claimSpace(for: plan)
        return plan
    }

    /// The plan, whether it fits or not.
    func choose(
        reference: ModelReference, policy: QuantizationPolicy, patterns: FilePatterns, resolved: ResolvedRepository
    ) async throws -> PullPlan {
        let wanted = resolved.files.filter { patterns.select($0.path) }
        // Who names the files gets these, whether or not there is a model among them.
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
        var plan = try await self.plan(reference, policy, wanted, isExplicit: isExplicit, resolved.revision)
        plan.isWholeRepository = plan.files.count == resolved.files.count && resolved.skipped.isEmpty
        plan.notes = [Self.note(of: missed)].compactMap(\.self)
        return plan
    }

    /// The plan, of the files that may be taken.
    private func plan(
        _ reference: ModelReference, _ policy: QuantizationPolicy, _ wanted: [RepositoryFile], isExplicit: Bool, _ revision: ResolvedRevision
    ) async throws -> PullPlan {
        var listing = GGUFListing(wanted.map { (path: $0.path, size: $0.size) })
        let variant = try await GGUFChoice(hub: hub, revision: revision, files: wanted).choose(for: reference, policy, from: &listing)
        if variant == nil, !isExplicit, let conversions {
            return try await convert(
                reference: reference, policy: policy, ResolvedRepository(revision: revision, files: wanted), listing, conversions)
        }
        // Says what is wrong with what there is.
        if variant == nil, !isExplicit || reference.variant != nil { _ = try listing.choose(for: reference, policy: policy) }
        let chosen = Set(variant?.files ?? wanted.map(\.path))
        let files = isExplicit ? wanted : wanted.filter { chosen.contains($0.path) || Self.isCompanion($0) }
        return PullPlan(
            reference: variant.map { listing.reference(to: $0, of: reference.repository) } ?? reference, revision: revision, files: files,
            sizeBytes: wanted.filter { chosen.contains($0.path) }.reduce(0) { $0 + $1.size }, variant: variant, listing: listing,
            alternatives: variant.flatMap { listing.alternatives(to: $0, reference) })
    }

    /// The weights with all that says what they are.
    private func convert(
        reference: ModelReference, policy: QuantizationPolicy, _ resolved: ResolvedRepository, _ listing: GGUFListing,
        _ conversions: ConversionSettings
    ) async throws -> PullPlan {
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
        return PullPlan(
            reference: ModelReference(repository: reference.repository, quantization: order.tag), revision: resolved.revision, files: files,
            sizeBytes: order.weights.reduce(0) { $0 + $1.size }, variant: nil,
            listing: listing, conversion: order)
    }

    /// Whether a pull of a model might have taken a file of that name.
    private static func belongsToModels(_ name: String) -> Bool {
        let name = name.lowercased()
        return [".gguf", ".safetensors", ".model", ".md", ".json", ".txt", ".jinja"].contains { name.hasSuffix($0) } || name.contains("license")
    }

    /// What is left out, for the job's history; `nil` for nothing.
    private static func note(of skipped: [SkippedFile]) -> String? {
        guard !skipped.isEmpty else { return nil }
        let shown = skipped.prefix(4).map { "\($0.name.quotedForPeople), as \($0.reason)" }.joined(separator: "; ")
        return "Left out: \(shown)\(skipped.count > 4 ? "; and \(skipped.count - 4) more" : "")."
    }

    /// Tokenizers take up to some thirty megabytes; what lies in folders belongs to other programs, but for templates and the pooling of embeddings.
    private static func describesWeights(_ file: RepositoryFile) -> Bool {
        if isCompanion(file) { return true }
        let path = file.path.description
        return !path.contains("/") && file.size <= 64 << 20 && [".json", ".txt", ".model"].contains { path.hasSuffix($0) }
    }

    /// The model card, the licence and the small descriptions belong with the model.
    private static func isCompanion(_ file: RepositoryFile) -> Bool {
        let name = file.path.fileName.lowercased()
        return file.size <= 1 << 20 && (name.hasPrefix("license") || [".md", ".json", ".txt", ".jinja"].contains { name.hasSuffix($0) })
    }

    private func claimSpace(for plan: PullPlan) throws -> SpaceClaim {
        if let claim = try hub.claimSpace(for: plan.files, in: plan.revision) { return claim }
        let space = try hub.space(for: plan.files, in: plan.revision)
        let missing = max(1, space.needed - space.available)
        throw RoostError(
            .insufficientSpace,
            "\(plan.reference) needs \(ByteCount(space.needed)) more on the disk of the Hub cache, which has \(ByteCount(space.available)) for it beside other pulls and the \(ByteCount(space.reserve)) that stay free: \(ByteCount(missing)) (\(missing) bytes) are missing. Free some space and pull again; what is here is kept."
        )
    }
}
