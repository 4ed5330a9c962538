import Engines
import ModelFormats
import ModelLibrary
import NIOPosix
import SystemPackage

/// The checks before an engine gets a model: the head of each of its files is read, which is fast for large files too.
enum ModelExamination {
    /// Reads a model's files as far as an engine's loader would, so that the engine never gets a broken one.
    ///
    /// - Parameter entry: The model.
    /// - Returns: The facts that the engine's options depend on.
    /// - Throws: `RoostError` with code `invalidModelFile`, `unsupportedModel` or `fileSystem`.
    static func facts(about entry: ModelEntry) async throws -> ModelFacts {
        try await NIOThreadPool.singleton.runIfActive {
            let heads = try entry.parts.map { try GGUFFile(opening: $0) }
            guard let first = heads.first else { return ModelFacts() }
            try first.checkModel(name: entry.parts.first?.lastComponent?.string ?? "The model")
            let inspection = ModelInspection(first, parts: Array(heads.dropFirst()))
            var facts = ModelFacts()
            facts.makesEmbeddings = first.makesEmbeddings
            facts.contextLength = inspection.contextLength.flatMap { $0 > 0 ? $0 : nil }
            facts.weightBytes = inspection.memory.weightBytes
            facts.shape = ModelShape(first.metadata)
            return facts
        }
    }
}
