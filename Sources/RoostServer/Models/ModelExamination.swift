import Engines
import ModelFormats
import NIOPosix
import SystemPackage

/// What is looked at before an engine is given a model: the head of each of its files, which takes a moment also for large ones.
enum ModelExamination {
    /// Reads a model's files as far as an engine's loader would, so that it never sees a broken one.
    ///
    /// - Parameter entry: The model.
    /// - Returns: What they say about the engine.
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
            facts.bytesPerToken = inspection.memory.bytesPerToken
            return facts
        }
    }
}
