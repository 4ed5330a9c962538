import RoostCore
import SystemPackage

@testable import ModelFormats

extension ModelFixture {
    /// Converts a fixture by a recipe, as a pull does.
    static func convert(_ name: String, _ recipe: QuantizationRecipe, to target: FilePath) async throws {
        let folder = ModelFixture(name: name, type: .f32).folder
        let checkpoint = try Checkpoint(folder: folder)
        let conversion = try ModelConversion(
            folder: folder, checkpoint: checkpoint, recipe: recipe, repository: RepositoryID(parsing: "roost/\(name)"),
            library: recipe.needsLibrary ? .ofTestEngine() : nil)
        try await conversion.write(
            bytes: CheckpointFolder(folder, checkpoint), to: target, revision: "fixture", workers: 2, progress: { _ in }, beforeInstalling: {})
    }

    /// The recipe that loses nothing of a fixture's weights.
    static func keeping(_ name: String) throws -> QuantizationRecipe {
        QuantizationRecipe(keeping: try Checkpoint(folder: ModelFixture(name: name, type: .f32).folder).mainType)
    }
}
