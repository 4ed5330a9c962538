import HubClient
import ModelFormats
import ModelLibrary
package import RoostAPI
package import RoostCore

/// Previews pulls.
struct PullPlanner: Sendable {
    let hub: HubClient
    let conversions: ConversionSettings?
    /// The rate of the last pull in bytes per second.
    let bytesPerSecond: Double?

    /// Reads the repository from the Hub and checks the disk and the memory.
    func preview(_ pull: NewPull) async throws -> PullPreview {
        let repository = try await ResolvedRepository(pull.model.repository, revision: pull.revision, from: hub)
        let plan = try await ModelPlanner(hub: hub, conversions: conversions)
            .plan(pull.model, policy: pull.quantize, patterns: pull.filePatterns, from: repository)
        let files = plan.files.map {
            PullPreview.File(
                path: $0.path.description, size: $0.size, digest: $0.digest.description,
                presentBytes: min($0.size, hub.presentBytes(of: $0, in: plan.revision)))
        }
        let space = try hub.space(for: plan.files, in: plan.revision)
        var preview = PullPreview(
            model: plan.reference.description, revision: plan.revision.revision, commit: plan.revision.commit.description,
            access: try await access(to: plan.revision), license: plan.revision.facts.license,
            choice: (
                (plan.variant?.quantization ?? plan.conversion?.tag)?.description,
                plan.variant.map { plan.listing.reason(for: $0, pull.model, policy: pull.quantize) }
                    ?? plan.conversion.map { "The repository's weights will be made into a GGUF file. \($0.decision.reason)" }
                    ?? "The files were named and none of them is a GGUF model.", plan.listing.names
            ),
            files: files, sizeBytes: plan.sizeBytes,
            disk: .init(neededBytes: space.needed, availableBytes: space.available), diskReserveBytes: space.reserve,
            memory: .init(neededBytes: plan.modelBytes + plan.modelBytes / 10, availableBytes: MachineMemory.availableBytes),
            bytesPerSecond: bytesPerSecond)
        preview.notes = plan.notes
        return preview
    }

    private func access(to revision: ResolvedRevision) async throws -> PullPreview.Access {
        guard revision.facts.isGated else { return revision.facts.isPrivate ? .restricted : .open }
        return try await hub.mayRead(revision.repository) ? .gated : .denied
    }
}

extension PullWorker {
    /// Returns a preview of a pull: files, bytes, space, the choice and its reason. No job is created.
    ///
    /// - Parameter pull: The pull.
    /// - Returns: The preview.
    /// - Throws: The `RoostError` that the pull itself would fail with; too little space is not an error here.
    package func preview(_ pull: NewPull) async throws -> PullPreview {
        try await PullPlanner(hub: hub, conversions: configuration.conversions, bytesPerSecond: board.lastRate).preview(pull)
    }
}
