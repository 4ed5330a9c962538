package import ModelFormats
package import SystemPackage

/// The files that an engine loads beside its model: a projector, with which it reads images or sounds, and a draft model,
/// which proposes tokens that the model only has to check.
package struct EngineCompanions: Sendable, Hashable {
    /// A projector.
    package struct Projector: Sendable, Hashable {
        /// The file.
        package let file: FilePath
        /// What the file says.
        package let shape: ProjectorShape

        /// Creates a projector.
        package init(file: FilePath, shape: ProjectorShape) {
            self.file = file
            self.shape = shape
        }
    }

    /// A draft model.
    package struct Draft: Sendable, Hashable {
        /// Its GGUF file, or all parts of a split one in order.
        package let files: [FilePath]
        /// The size of its weights in bytes.
        package let weightBytes: Int64
        /// The numbers of its structure.
        package let shape: ModelShape

        /// Creates a draft model.
        package init(files: [FilePath], weightBytes: Int64, shape: ModelShape) {
            self.files = files
            self.weightBytes = weightBytes
            self.shape = shape
        }
    }

    /// The projector; `nil` for none.
    package var projector: Projector?
    /// The draft model; `nil` for none.
    package var draft: Draft?

    /// Creates a value without files.
    package init() {}

    /// Whether the model reads images.
    package var seesImages: Bool { projector?.shape.seesImages ?? false }
    /// Whether the model reads sounds.
    package var hearsSounds: Bool { projector?.shape.hearsSounds ?? false }

    /// The arguments for llama-server.
    var arguments: [String] {
        let images = projector.map { ["--mmproj", $0.file.string] } ?? []
        return images + (draft?.files.first.map { ["--model-draft", $0.string, "--spec-type", "draft-simple"] } ?? [])
    }

    /// The files, which the engine must be allowed to read.
    var files: [FilePath] { [projector?.file].compactMap(\.self) + (draft?.files ?? []) }

    /// The least number of tokens per step.
    var leastStep: Int { projector?.shape.leastStep ?? 1 }

    /// The size of all weights in bytes.
    var weightBytes: Int64 { (projector?.shape.weightBytes ?? 0).clampedPlus(draft?.weightBytes ?? 0) }

    /// The memory for encoding an image in bytes, with the image itself.
    var imageBytes: Int64 { projector.map { $0.shape.computeBytes + ($0.shape.seesImages ? Self.mostPixels * 6 : 0) } ?? 0 }

    /// The most pixels of all images of one request, two photos of a phone. The engine needs three bytes for each, and as
    /// many again while it decodes them.
    package static let mostPixels: Int64 = 25_000_000
}
