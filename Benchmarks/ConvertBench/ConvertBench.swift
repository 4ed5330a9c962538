import ArgumentParser
import Foundation
import ModelFormats
import RoostCore
import SystemPackage

/// `convert-bench`: Roost's conversion alone, as a contestant of `make bench-convert`.
@main
struct ConvertBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "convert-bench", abstract: "Convert a folder of safetensors to a GGUF file.")

    @Argument(help: "The repository's files.") var folder: String
    @Argument(help: "The file to write.") var target: String
    @Option(help: "Such as Q4_K_M.") var recipe = "Q4_K_M"
    @Option(help: "The model's name, as on the Hub.") var name = "bench/model"
    @Option(help: "The llama-server beside which libggml-base lies.") var engine: String?
    @Option(help: "Parts of tensors that are converted at once (default: the processors).") var workers: Int?

    func run() async throws {
        do {
            try await convert()
        } catch let error as RoostError {
            FileHandle.standardError.write(Data("convert-bench: \(error.traceback)\n".utf8))
            throw ExitCode.failure
        }
    }

    private func convert() async throws {
        guard let recipe = QuantizationRecipe(rawValue: recipe) else { throw ValidationError("\(recipe) is not a recipe.") }
        let library =
            try recipe.needsLibrary
            ? GGMLLibrary(at: GGMLLibrary.locate(besideEngine: engine.map { FilePath($0) }, environment: ProcessInfo.processInfo.environment)) : nil
        let folder = FilePath(folder)
        let checkpoint = try Checkpoint(folder: folder)
        let conversion = try ModelConversion(
            folder: folder, checkpoint: checkpoint, recipe: recipe, repository: try RepositoryID(parsing: name), library: library)
        try await conversion.write(
            bytes: try CheckpointFolder(folder, checkpoint), to: FilePath(target), revision: "bench",
            workers: workers ?? ProcessInfo.processInfo.activeProcessorCount, progress: { _ in }, beforeInstalling: {})
    }
}
