import Foundation
import ModelFormats
import SystemPackage
import TestSupport
import Testing

/// The `llama-quantize` beside the engine that the tests run with.
enum LlamaQuantize {
    /// Quantises a GGUF file; its words go to a log beside the output.
    static func run(_ input: FilePath, to output: FilePath, _ recipe: QuantizationRecipe) throws {
        let log = FilePath(output.string + ".log")
        try Data().write(to: URL(fileURLWithPath: log.string))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try TestEnvironment.llamaServer.removingLastComponent().appending("llama-quantize").string)
        process.arguments = [input.string, output.string, recipe.rawValue, "2"]
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log.string))
        (process.standardOutput, process.standardError) = (handle, handle)
        try process.run()
        process.waitUntilExit()
        let said = try String(contentsOfFile: log.string, encoding: .utf8)
        try #require(process.terminationStatus == 0, "\(said.suffix(2000))")
    }
}
