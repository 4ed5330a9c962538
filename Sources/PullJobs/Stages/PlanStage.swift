import HubClient
import RoostCore

/// Chooses the files and checks that they fit on the disk.
struct PlanStage: Sendable {
    let hub: HubClient

    func run(reference: ModelReference, policy: QuantizationPolicy, resolved: ResolvedRepository) throws -> PullPlan {
        let variant = try GGUFVariant.choose(for: reference, policy: policy, among: GGUFVariant.variants(in: resolved.files.map(\.path)))
        let chosen = Set(variant.files)
        let modelFiles = resolved.files.filter { chosen.contains($0.path) }
        let files = resolved.files.filter { chosen.contains($0.path) || Self.isCompanion($0) }
        let plan = PullPlan(
            reference: ModelReference(repository: reference.repository, quantization: variant.quantization ?? reference.quantization),
            revision: resolved.revision, files: files, isWholeRepository: files.count == resolved.files.count,
            sizeBytes: modelFiles.reduce(0) { $0 + $1.size },
            isQuantized: variant.quantization.map { !$0.isFullPrecision } ?? true)
        try checkSpace(for: plan)
        return plan
    }

    /// The model card, the licence and the small descriptions belong with the model.
    private static func isCompanion(_ file: RepositoryFile) -> Bool {
        let name = file.path.fileName.lowercased()
        return file.size <= 1 << 20 && (name.hasPrefix("license") || [".md", ".json", ".txt", ".jinja"].contains { name.hasSuffix($0) })
    }

    private func checkSpace(for plan: PullPlan) throws {
        let missing = plan.files.reduce(0) { $0 + max(0, $1.size - hub.presentBytes(of: $1, in: plan.revision)) }
        let free = try hub.freeBytes()
        guard missing <= free else {
            throw RoostError(
                .insufficientSpace,
                "\(plan.reference) needs \(ByteCount(missing)) more on the disk of the Hub cache, which has \(ByteCount(free)) free: \(ByteCount(missing - free)) (\(missing - free) bytes) are missing. Free some space and pull again; what is here is kept."
            )
        }
    }
}

/// What a pull will fetch.
struct PullPlan: Sendable {
    /// The model's name with the quantisation that was chosen.
    let reference: ModelReference
    let revision: ResolvedRevision
    /// The model files and their companions.
    let files: [RepositoryFile]
    /// Whether nothing of the repository is left out.
    let isWholeRepository: Bool
    /// The size of the model files alone.
    let sizeBytes: Int64
    let isQuantized: Bool

    /// The size of all files.
    var totalBytes: Int64 { files.reduce(0) { $0 + $1.size } }
}
