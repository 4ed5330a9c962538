import HubClient
import ModelFormats
import RoostCore

/// What a pull will fetch.
struct PullPlan: Sendable {
    /// The model's name with the quantisation that was chosen.
    let reference: ModelReference
    let revision: ResolvedRevision
    /// The model files and their companions, or the files that the patterns of the pull select.
    let files: [RepositoryFile]
    /// Whether nothing of the repository is left out.
    var isWholeRepository = false
    /// The size of the model files alone.
    let sizeBytes: Int64
    /// The chosen model; `nil` when files were named and none of them is one.
    let variant: GGUFVariant?
    /// What it was chosen from.
    let listing: GGUFListing
    /// What a person may want to know of the files before they come.
    var notes: [String] = []
    /// What else the name could have meant that the model was asked for by.
    var alternatives: String?
    /// The model that will be made of the files; `nil` when they are one.
    var conversion: ConversionOrder?
    /// The room on the disk that this pull counts on; `nil` for one that is only looked at.
    var claim: SpaceClaim?

    var isQuantized: Bool { conversion?.decision.recipe.isQuantized ?? isVariantQuantized }

    private var isVariantQuantized: Bool { variant.map { $0.quantization.map { !$0.isFullPrecision } ?? true } ?? false }

    /// The size of the model that an engine will load, roughly where it is yet to be made; 0 where there is none.
    var modelBytes: Int64 { conversion?.estimatedBytes ?? (variant == nil ? 0 : sizeBytes) }

    /// The size of all files.
    var totalBytes: Int64 { files.reduce(0) { $0 + $1.size } }
}
