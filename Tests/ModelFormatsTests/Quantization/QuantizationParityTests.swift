import Foundation
import ModelFormats
import SystemPackage
import TestSupport
import Testing

/// Roost's choices and bytes against those of `llama-quantize`, on models that exercise every rule.
@Suite struct QuantizationParityTests {
    @Test(arguments: SyntheticModel.all) func `types and bytes are those of llama-quantize`(model: SyntheticModel) throws {
        let encoder = GGMLEncoder(try .ofTestEngine())
        let source = model.file()
        let tensors = source.tensors.map { QuantizationMix.Tensor(name: $0.name, shape: $0.shape, plainType: $0.type) }
        let folder = try TemporaryDirectory()
        let file = try folder.write("in.gguf", source.encoded())
        for recipe in QuantizationRecipe.allCases {
            let expected = try Self.quantize(file, as: recipe, in: folder)
            let choices = try QuantizationMix.choices(for: recipe, model: model.facts, tensors: tensors)
            #expect(expected.count == source.tensors.count)
            for (tensor, choice) in zip(source.tensors, choices) {
                let theirs = try #require(expected[tensor.name])
                #expect(choice.type == theirs.type, "\(recipe), \(tensor.name)")
                guard choice.type == theirs.type else { continue }
                let ours = try encoder.encoded(tensor.floats, rowLength: tensor.shape[0], as: choice.type)
                #expect(Data(ours) == theirs.bytes, "\(recipe), \(tensor.name)")
            }
        }
    }

    private static func quantize(_ file: FilePath, as recipe: QuantizationRecipe, in folder: TemporaryDirectory) throws -> [String: PlainGGUF.Tensor]
    {
        let output = folder.path.appending("out.gguf")
        try LlamaQuantize.run(file, to: output, recipe)
        return try PlainGGUF.tensors(in: Data(contentsOf: URL(fileURLWithPath: output.string)))
    }
}

extension PlainGGUF.Tensor {
    /// The numbers of an F32 tensor; the machines Roost runs on are little-endian.
    var floats: [Float] {
        [Float](unsafeUninitializedCapacity: bytes.count / 4) { floats, count in
            count = bytes.copyBytes(to: floats) / 4
        }
    }
}
