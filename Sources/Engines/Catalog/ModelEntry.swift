public import RoostCore
public import SystemPackage

/// A model that is complete on this machine and that an engine can be given.
public struct ModelEntry: Sendable, Hashable {
    /// What the model is called: `org/name:QUANT`, or by its file where that would not tell it apart; `org/name` when its file name carries no
    /// quantisation and there is no other.
    public let reference: ModelReference
    /// The folder that holds the files: a snapshot of the Hub cache, or what Roost made of a commit.
    public let snapshotPath: FilePath
    /// The GGUF file, inside the snapshot; the first part of a split one.
    public let modelFile: FilePath
    /// All parts, in order; just the file where it is not split.
    public let parts: [FilePath]
    /// The size of all parts together, in bytes.
    public let sizeBytes: Int64
    /// Whether Roost made it of a repository's weights.
    public let isConverted: Bool

    /// Makes an entry.
    ///
    /// - Parameters:
    ///   - reference: What the model is called.
    ///   - snapshotPath: The snapshot folder that holds the files.
    ///   - modelFile: The GGUF file, or the first part of a split one.
    ///   - sizeBytes: The size of all parts together.
    ///   - parts: All parts in order; `nil` for a file that is not split.
    ///   - isConverted: Whether Roost made it of a repository's weights.
    public init(
        reference: ModelReference, snapshotPath: FilePath, modelFile: FilePath, sizeBytes: Int64, parts: [FilePath]? = nil, isConverted: Bool = false
    ) {
        self.reference = reference
        self.snapshotPath = snapshotPath
        self.modelFile = modelFile
        self.sizeBytes = sizeBytes
        self.parts = parts ?? [modelFile]
        self.isConverted = isConverted
    }
}
