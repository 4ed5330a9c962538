package import RoostAPI
package import RoostCore
package import SystemPackage

/// A complete model on this machine that an engine can load.
package struct ModelEntry: Sendable, Hashable {
    /// The model's name: `org/name:QUANT`; with the file name if the quantization is ambiguous; `org/name` if the file
    /// name contains no quantization and there is no other model.
    package let reference: ModelReference
    /// The folder of the files: a snapshot of the Hub cache, or the folder of models converted from a commit.
    package let snapshotPath: FilePath
    /// The GGUF file in the folder; the first part of a split one.
    package let modelFile: FilePath
    /// All parts in order; a single file if it is not split.
    package let parts: [FilePath]
    /// The file in the folder with which the model sees images or hears sounds; `nil` without one.
    package let projector: FilePath?
    /// The total size of all parts and the projector in bytes.
    package let sizeBytes: Int64
    /// Where it comes from.
    package let origin: ModelView.Origin
    /// What its alias, or its Ollama store, adds to requests.
    package var preset = ModelPreset()

    /// Whether Roost converted it from a repository's weights.
    package var isConverted: Bool { origin == .converted }

    /// Creates an entry.
    ///
    /// - Parameters:
    ///   - reference: The model's name.
    ///   - snapshotPath: The folder of the files.
    ///   - modelFile: The GGUF file, or the first part of a split one.
    ///   - sizeBytes: The total size of all parts and the projector in bytes.
    ///   - parts: All parts in order; `nil` for a file that is not split.
    ///   - projector: The file with which the model sees images or hears sounds.
    ///   - origin: Where it comes from.
    package init(
        reference: ModelReference, snapshotPath: FilePath, modelFile: FilePath, sizeBytes: Int64, parts: [FilePath]? = nil,
        projector: FilePath? = nil, origin: ModelView.Origin = .hub
    ) {
        self.reference = reference
        self.snapshotPath = snapshotPath
        self.modelFile = modelFile
        self.sizeBytes = sizeBytes
        self.parts = parts ?? [modelFile]
        self.projector = projector
        self.origin = origin
    }

    /// Returns the path of a file within the folder.
    package func pathInFolder(_ file: FilePath) -> String {
        var path = file
        return path.removePrefix(snapshotPath) ? path.string : file.string
    }
}
