import Foundation
import ModelFormats
import SystemPackage
import TestSupport
import Testing

/// Roost's choices and bytes against those of `llama-quantize`, on models that exercise every rule.
@Suite struct QuantizationParityTests {
    @Test(arguments: SyntheticModel.all, QuantizationRecipe.allCases) func `types and bytes are those of llama-quantize`(
        model: SyntheticModel, recipe: QuantizationRecipe
    ) throws {
        let source = model.file()
        let expected = try Self.quantize(source, as: recipe)
        let tensors = source.tensors.map { QuantizationMix.Tensor(name: $0.name, shape: $0.shape, plainType: $0.type) }
        let choices = try QuantizationMix.choices(for: recipe, model: model.facts, tensors: tensors)
        let encoder = GGMLEncoder(try .ofTestEngine())

        #expect(expected.count == source.tensors.count)
        for (tensor, choice) in zip(source.tensors, choices) {
            let theirs = try #require(expected[tensor.name])
            #expect(choice.type == theirs.type, "\(tensor.name)")
            guard GGMLEncoder.types.contains(choice.type) else { continue }
            let ours = try encoder.encoded(tensor.floats, rowLength: tensor.shape[0], as: choice.type)
            #expect(Data(ours) == theirs.bytes, "\(tensor.name)")
        }
    }

    private static func quantize(_ file: PlainGGUF, as recipe: QuantizationRecipe) throws -> [String: PlainGGUF.Tensor] {
        let folder = try TemporaryDirectory()
        let (input, output) = (try folder.write("in.gguf", file.encoded()), folder.path.appending("out.gguf"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try TestEnvironment.llamaServer.removingLastComponent().appending("llama-quantize").string)
        process.arguments = [input.string, output.string, recipe.rawValue, "2"]
        let log = try folder.write("log", [])
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log.string))
        (process.standardOutput, process.standardError) = (handle, handle)
        try process.run()
        process.waitUntilExit()
        let said = try String(contentsOfFile: log.string, encoding: .utf8)
        try #require(process.terminationStatus == 0, "\(said.suffix(2000))")
        return try PlainGGUF.tensors(in: Data(contentsOf: URL(fileURLWithPath: output.string)))
    }
}

extension PlainGGUF.Tensor {
    var floats: [Float] {
        bytes.withUnsafeBytes { bytes in
            (0..<(bytes.count / 4)).map { Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))) }
        }
    }
}
