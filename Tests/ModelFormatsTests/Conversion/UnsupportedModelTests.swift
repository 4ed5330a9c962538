import Foundation
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import ModelFormats

@Suite struct UnsupportedModelTests {
    /// A copy of the llama fixture's `config.json` with other values; `null` takes a key away.
    private static func config(_ changes: [String: Any]) throws -> ModelConfig {
        let path = TestEnvironment.testFile("Fixtures/llama/hf/config.json", from: URL(fileURLWithPath: #filePath).deletingLastPathComponent().path)
        let json = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path.string))) as? [String: Any])
        return try ModelConfig(parsing: try JSONSerialization.data(withJSONObject: json.merging(changes) { $1 }))
    }

    @Test func `an unknown architecture is named, with those that are supported`() throws {
        let error = try #require(throws: RoostError.self) { try ConversionSource.check(try Self.config(["architectures": ["MambaForCausalLM"]])) }
        #expect(error.code == .unsupportedModel)
        #expect(error.message.contains("MambaForCausalLM") && error.message.contains("LlamaForCausalLM") && error.message.contains("BertModel"))
    }

    @Test func `a quantised checkpoint is refused`() throws {
        let error = try #require(throws: RoostError.self) {
            try ConversionSource.check(try Self.config(["quantization_config": ["quant_method": "awq"]]))
        }
        #expect(error.code == .unsupportedModel && error.message.contains("awq"))
    }

    @Test func `experts whose weights llama.cpp would normalise are refused`() {
        #expect(throws: RoostError.self) { try ConversionSource.check(try Self.config(["architectures": ["Qwen3MoeForCausalLM"]])) }
    }

    @Test(arguments: ["true", "-1", "1.5", "\"64\"", "4294967296", "[64]"])
    func `a size that is no positive number is refused`(_ value: String) throws {
        let json = #"{"architectures":["LlamaForCausalLM"],"num_attention_heads":4,"hidden_size":\#(value)}"#
        #expect(throws: RoostError.self) { try ModelConfig(parsing: Data(json.utf8)).count("hidden_size") }
    }

    /// The llama fixture's checkpoint with other tensors, mapped.
    private static func tensors(_ change: ([SafetensorsTensor]) -> [SafetensorsTensor], layers: Int = 2) throws -> [OutputTensor] {
        let checkpoint = try Checkpoint(folder: ModelFixture(name: "llama", type: .f32).folder)
        let facts = ModelFacts(config: try config(["num_hidden_layers": layers]).with(defaults: Architecture.llama.defaults), tokenCount: 1024)
        return try TensorMapping.tensors(.llama, facts, checkpoint.with(change))
    }

    @Test func `an unknown tensor, a missing one, and one too many layers are refused`() throws {
        let renamed: ([SafetensorsTensor]) -> [SafetensorsTensor] = { tensors in
            tensors.map {
                $0.name == "model.norm.weight" ? SafetensorsTensor(name: "model.nrm.weight", type: $0.type, shape: $0.shape, range: $0.range) : $0
            }
        }
        #expect(throws: RoostError.self) { try Self.tensors(renamed) }
        let missing = try #require(throws: RoostError.self) { try Self.tensors { $0.filter { $0.name != "model.norm.weight" } } }
        #expect(missing.message.contains("output_norm.weight") && missing.message.contains("model.norm.weight"))
        #expect(throws: RoostError.self) { try Self.tensors({ $0 }, layers: 1) }
        #expect(throws: RoostError.self) { try Self.tensors({ $0 }, layers: 3) }
        // Its configuration does not tie the head to the embedding.
        #expect(throws: RoostError.self) { try Self.tensors { $0.filter { $0.name != "lm_head.weight" } } }
        #expect(try Self.tensors { $0 }.count == 22)
    }

    @Test(arguments: [[], [0, 64], [63, 64], [1, 2, 3, 4, 5]])
    func `a shape that cannot be woven is refused`(_ shape: [Int]) {
        #expect(throws: RoostError.self) {
            try Self.tensors { tensors in
                tensors.map {
                    $0.name == "model.layers.0.self_attn.q_proj.weight"
                        ? SafetensorsTensor(name: $0.name, type: $0.type, shape: shape, range: $0.range) : $0
                }
            }
        }
    }
}

extension Checkpoint {
    fileprivate func with(_ change: ([SafetensorsTensor]) -> [SafetensorsTensor]) throws -> Checkpoint {
        try Checkpoint(headers: [("model.safetensors", SafetensorsHeader(tensors: change(tensors.map(\.tensor)), fileSize: files[0].size))])
    }
}
