package import HubClient
import ModelFormats
package import RoostCore

/// The files of a model, and the way from these to a model that an engine can load.
package struct ModelPlan: Sendable {
    /// The model's name with the chosen quantisation.
    package let reference: ModelReference
    /// The commit.
    package let revision: ResolvedRevision
    /// The model files and their companions, or the files that the patterns of the pull select.
    package let files: [RepositoryFile]
    /// Whether these are all files of the repository.
    package var isWholeRepository = false
    /// The size of the model files alone in bytes, with the projector.
    package let sizeBytes: Int64
    /// The chosen GGUF model; `nil` when the model is converted, or the selected files contain none.
    package let variant: GGUFVariant?
    /// The file with which the model sees images or hears sounds; `nil` if there is none or it is left out.
    package var projector: RepositoryFilePath?
    /// The GGUF files of the repository.
    package let listing: GGUFListing
    /// Remarks on the files for the user.
    package var notes: [String] = []
    /// A sentence about other models that the requested name could mean.
    package var alternatives: String?
    /// The conversion that makes the model from the files; `nil` when they are one.
    package var conversion: ConversionOrder?

    /// Whether the model is quantised.
    package var isQuantized: Bool { conversion?.decision.recipe.isQuantized ?? isVariantQuantized }

    private var isVariantQuantized: Bool { variant.map { $0.quantization.map { !$0.isFullPrecision } ?? true } ?? false }

    /// The size in bytes of the model that an engine loads, approximate for one that is yet to be converted; 0 without
    /// a model.
    package var modelBytes: Int64 { conversion?.estimatedBytes ?? (variant == nil ? 0 : sizeBytes) }

    /// The size of all files in bytes.
    package var totalBytes: Int64 { files.reduce(0) { $0 + $1.size } }
}
