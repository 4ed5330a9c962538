import Foundation
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import ModelFormats

@Suite struct CheckpointInspectionTests {
    @Test func `a repository's class, weights and types are told, and that a model can be made of it`() throws {
        let folder = ModelFixture(name: "smollm2", type: .f16).folder
        let inspection = try CheckpointInspection(folder: folder)
        #expect(inspection.architecture == "LlamaForCausalLM" && inspection.isConvertible == true && inspection.obstacle == nil)
        #expect(inspection.files.count == 2 && inspection.types.map(\.type) == ["BF16"])
        #expect(inspection.types.reduce(0) { $0 + $1.tensors } == inspection.tensors.count)
        #expect(inspection.parameterCount * 2 == inspection.types[0].bytes)
        let json = String(decoding: try JSONEncoder().encode(inspection), as: UTF8.self)
        #expect(json.contains("\"convertible\":true") && json.contains("\"parameter_count\""))
        let one = try CheckpointInspection(file: folder.appending(inspection.files[0]))
        #expect(one.isConvertible == nil && one.tensors.count < inspection.tensors.count)
    }

    @Test func `a class that is not supported is told with the reason`() async throws {
        try await withTemporaryDirectory { folder in
            try FileManager.default.copyItem(
                atPath: ModelFixture(name: "gpt2", type: .f16).folder.appending("model.safetensors").string,
                toPath: folder.appending("model.safetensors").string)
            #expect(try CheckpointInspection(folder: folder).isConvertible == false)
            try Data(#"{"architectures":["NobodyForCausalLM"]}"#.utf8).write(to: URL(fileURLWithPath: folder.appending("config.json").string))
            let inspection = try CheckpointInspection(folder: folder)
            #expect(inspection.architecture == "NobodyForCausalLM" && inspection.obstacle?.contains("NobodyForCausalLM") == true)
        }
    }

    @Test func `which files make embeddings is told by their architecture or their pooling`() async throws {
        try await withTemporaryDirectory { folder in
            for (name, isEmbedding) in [("sentence-bert", true), ("smollm2", false)] {
                let file = folder.appending("\(name).gguf")
                try await ModelFixture(name: name, type: .f16).convert(to: file)
                #expect(try GGUFFile(opening: file).makesEmbeddings == isEmbedding)
            }
        }
    }
}
