package import SystemPackage

/// A model that an engine has in memory, or is loading.
package struct ModelInUse: Sendable {
    /// Its GGUF file; the first part of a split one.
    package let modelFile: FilePath
    /// The folder of its file.
    package let snapshotPath: FilePath
    /// The time for loading it; `nil` unless it is ready.
    package let loadDuration: Duration?

    /// Creates a value.
    package init(modelFile: FilePath, snapshotPath: FilePath, loadDuration: Duration?) {
        self.modelFile = modelFile
        self.snapshotPath = snapshotPath
        self.loadDuration = loadDuration
    }
}
