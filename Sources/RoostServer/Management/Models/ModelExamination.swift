import Engines
import ModelFormats
import ModelLibrary
import RoostAPI
import RoostCore
import SystemPackage

/// The checks before an engine gets a model: the head of each of its files is read, which is fast for large files too.
enum ModelExamination {
    /// Reads a model's files as far as an engine's loader would, so that the engine never gets a broken one.
    ///
    /// - Parameters:
    ///   - entry: The model.
    ///   - draft: Its draft model by the configuration; `nil` for none.
    ///   - catalog: The models on this machine.
    /// - Returns: The facts that the engine's options depend on.
    /// - Throws: `RoostError` with code `invalidModelFile`, `unsupportedModel` or `fileSystem`.
    static func facts(about entry: ModelEntry, draft: ModelReference?, in catalog: ModelCatalog) async throws -> ModelFacts {
        try await FileThreads.run {
            let heads = try entry.parts.map { try GGUFFile(opening: $0) }
            guard let first = heads.first else { return ModelFacts() }
            try first.checkModel(name: entry.parts.first?.lastComponent?.string ?? "The model")
            let inspection = ModelInspection(first, parts: Array(heads.dropFirst()))
            var facts = ModelFacts()
            facts.makesEmbeddings = first.makesEmbeddings
            facts.ranksTexts = first.ranksTexts
            facts.vocabularySize = inspection.vocabularySize
            facts.marks = PromptMarks(first.metadata)
            facts.callsTools = inspection.chatTemplate?.contains("tools") ?? false
            facts.contextLength = inspection.contextLength.flatMap { $0 > 0 ? $0 : nil }
            facts.weightBytes = inspection.memory.weightBytes
            facts.shape = ModelShape(first.metadata)
            facts.hasChatTemplate = inspection.chatTemplate != nil
            if let file = entry.projector, !facts.makesEmbeddings { facts.companions.projector = try projector(file, of: entry, first) }
            if let draft, !facts.makesEmbeddings { facts.companions.draft = try self.draft(draft, for: entry, first, in: catalog) }
            return facts
        }
    }

    /// Reads a projector's file, and refuses one that was made for another model.
    private static func projector(_ file: FilePath, of entry: ModelEntry, _ model: GGUFFile) throws -> EngineCompanions.Projector {
        let name = file.lastComponent?.string ?? file.string
        let shape = try ProjectorShape(GGUFFile(opening: file), name: name)
        let length = model.metadata.string("general.architecture").flatMap { model.metadata.count("\($0).embedding_length") }
        guard length.map(shape.fits) ?? true else {
            let advice =
                entry.origin == .ollama
                ? "Make or pull the model again with the right projector."
                : "Remove it with `roost models rm \(entry.reference.repository):\(entry.pathInFolder(file))`, and pull the right one."
            throw RoostError(
                .unsupportedModel,
                "\(name.quotedForPeople) is the projector of another model: it makes vectors of \(shape.lengthsForPeople) numbers, and \(entry.reference) "
                    + "reads vectors of \(length ?? 0). \(advice)",
                field: "model")
        }
        return EngineCompanions.Projector(file: file, shape: shape)
    }

    /// Reads a draft model's files, and refuses one with another vocabulary. A model that is the draft model of the others
    /// in its repository has none itself.
    private static func draft(
        _ reference: ModelReference, for entry: ModelEntry, _ model: GGUFFile, in catalog: ModelCatalog
    ) throws -> EngineCompanions.Draft? {
        guard let draft = try? catalog.entry(for: reference) else {
            throw RoostError(
                .unsupportedModel,
                "The draft model \(reference) of \(entry.reference) (draft_models) is not on this machine. Pull it with `roost pull \(reference)`, or remove it from draft_models.",
                field: "model")
        }
        guard draft.modelFile != entry.modelFile else { return nil }
        let heads = try draft.parts.map { try GGUFFile(opening: $0) }
        let weights = heads.flatMap(\.tensors).reduce(0) { $0 + $1.byteCount }
        guard let first = heads.first, let shape = ModelShape(first.metadata) else {
            throw RoostError(
                .unsupportedModel,
                "The draft model \(draft.reference) of \(entry.reference) (draft_models) has a file without the numbers of its structure. Choose another one there.",
                field: "model")
        }
        if let difference = first.vocabularyDifference(to: model) {
            throw RoostError(
                .unsupportedModel,
                "The draft model \(draft.reference) of \(entry.reference) (draft_models) has another vocabulary: \(difference). Choose a draft model of the same family there.",
                field: "model")
        }
        return EngineCompanions.Draft(files: draft.parts, weightBytes: weights, shape: shape)
    }
}
