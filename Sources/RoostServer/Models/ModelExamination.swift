import Engines
import ModelFormats

/// What is looked at before an engine is given a model: the head of each of its files, which takes a moment also for large ones.
enum ModelExamination {
    /// Reads a model's files as far as an engine's loader would, so that it never sees a broken one.
    ///
    /// - Parameter entry: The model.
    /// - Returns: Arguments that the engine needs for this model.
    /// - Throws: `RoostError` with code `invalidModelFile` or `fileSystem`.
    @concurrent
    static func arguments(for entry: ModelEntry) async throws -> [String] {
        let heads = try entry.parts.map { try GGUFFile(opening: $0) }
        // An engine that makes embeddings makes nothing else.
        return heads.first.map(\.makesEmbeddings) == true ? ["--embeddings"] : []
    }
}
