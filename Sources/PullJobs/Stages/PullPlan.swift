import HubClient
import RoostCore

/// What a pull will fetch.
struct PullPlan: Sendable {
    /// The model's name with the quantisation that was chosen.
    let reference: ModelReference
    let revision: ResolvedRevision
    /// The model files and their companions, or the files that somebody named.
    let files: [RepositoryFile]
    /// Whether nothing of the repository is left out.
    let isWholeRepository: Bool
    /// The size of the model files alone.
    let sizeBytes: Int64
    /// The chosen model; `nil` when files were named and none of them is one.
    let variant: GGUFVariant?
    /// What it was chosen from.
    let offered: [GGUFVariant]
    /// The room on the disk that this pull counts on; `nil` for one that is only looked at.
    var claim: SpaceClaim?

    var isQuantized: Bool { variant.map { $0.quantization.map { !$0.isFullPrecision } ?? true } ?? false }

    /// The size of all files.
    var totalBytes: Int64 { files.reduce(0) { $0 + $1.size } }
}
