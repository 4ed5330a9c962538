import HubClient
import RoostCore

/// Chooses one of a repository's GGUF models. When a name does not show whether a file is a model, the beginning of the
/// file decides.
struct GGUFChoice: Sendable {
    let hub: HubClient
    let revision: ResolvedRevision
    /// The selected files.
    let files: [RepositoryFile]

    /// The most files of which the beginning is read; the others are judged by their names.
    private static let mostHeads = 16

    /// Chooses, and reads the beginnings of no more files than needed.
    ///
    /// - Parameters:
    ///   - reference: The requested model.
    ///   - policy: The wanted quantisation, when the reference names no model.
    ///   - listing: The GGUF files; it is completed with the facts in their heads.
    /// - Returns: The choice; `nil` when there is no model at all.
    /// - Throws: `RoostError` with code `unsupportedModel` when there are models, but not the requested one; as
    ///   `HubClient.beginning`; `CancellationError`.
    func choose(for reference: ModelReference, _ policy: QuantizationPolicy, from listing: inout GGUFListing) async throws -> GGUFVariant? {
        var looks = 0
        while !listing.models.isEmpty {
            let choice = try listing.choose(for: reference, policy: policy)
            let unclear = listing.unclear(like: choice).prefix(Self.mostHeads - looks)
            guard !unclear.isEmpty else { return choice }
            looks += unclear.count
            for (variant, head) in try await heads(of: Array(unclear)) { listing.settle(variant, head) }
        }
        return nil
    }

    private func heads(of variants: [GGUFVariant]) async throws -> [(GGUFVariant, GGUFHead?)] {
        try await withThrowingTaskGroup(of: (GGUFVariant, GGUFHead?).self) { group in
            for variant in variants { group.addTask { (variant, try await head(of: variant)) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func head(of variant: GGUFVariant) async throws -> GGUFHead? {
        guard let file = files.first(where: { $0.path == variant.files[0] }), file.size > 0 else { return nil }
        let count = Int(min(Int64(GGUFHead.prefixLength), file.size))
        return GGUFHead(prefix: try await hub.beginning(of: file, in: revision, count: count))
    }
}
