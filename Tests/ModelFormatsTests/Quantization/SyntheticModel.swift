import Foundation
import ModelFormats
import TestSupport
import Testing

/// A model in F32 that is only as large as the rules of quantisation need: few rows, but rows, layers and experts as real models have them.
struct SyntheticModel: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var architecture = "llama"
    var layers = 9
    var experts = 0
    var heads = 8
    var keyValueHeads = 2
    var rowLength = 256
    var isTied = false

    static let all = [
        SyntheticModel(testDescription: "tied", isTied: true),
        SyntheticModel(testDescription: "32 layers", layers: 32),
        SyntheticModel(testDescription: "rows of 576, tied", rowLength: 576, isTied: true),
        SyntheticModel(testDescription: "rows of 48", layers: 2, rowLength: 48),
        SyntheticModel(testDescription: "80 layers, shared values", layers: 80),
        SyntheticModel(testDescription: "80 layers, values of their own", layers: 80, keyValueHeads: 8),
        SyntheticModel(testDescription: "80 layers, qwen2", architecture: "qwen2", layers: 80, keyValueHeads: 8),
        SyntheticModel(testDescription: "8 experts", experts: 8),
        SyntheticModel(testDescription: "8 experts, rows of 96", experts: 8, rowLength: 96, isTied: true),
        SyntheticModel(testDescription: "4 experts", architecture: "qwen3moe", layers: 12, experts: 4),
        SyntheticModel(testDescription: "gpt2", architecture: "gpt2", layers: 12, keyValueHeads: 8, isTied: true),
        SyntheticModel(testDescription: "bert", architecture: "bert", layers: 12, keyValueHeads: 8, isTied: true),
        SyntheticModel(testDescription: "phi3", architecture: "phi3", layers: 12, keyValueHeads: 8),
    ]

    var facts: QuantizationMix.Model {
        .init(architecture: architecture, layerCount: layers, expertCount: experts, headCount: heads, keyValueHeadCount: keyValueHeads)
    }

    func file() -> PlainGGUF {
        var file = PlainGGUF()
        file.texts = [("general.architecture", architecture)]
        let numbers: [(String, Int)] =
            [
                ("block_count", layers), ("context_length", 128), ("embedding_length", 64 * heads), ("feed_forward_length", 128),
                ("attention.head_count", heads), ("attention.head_count_kv", keyValueHeads), ("rope.dimension_count", 64),
            ] + (experts > 0 ? [("expert_count", experts), ("expert_used_count", 2), ("expert_feed_forward_length", 128)] : [])
        file.numbers = numbers.map { ("\(architecture).\($0.0)", UInt32($0.1)) }
        file.floats = ["layer_norm_epsilon", "layer_norm_rms_epsilon"].map { ("\(architecture).attention.\($0)", 1e-5) }
        var random = SeededGenerator(seed: UInt64(layers * 1000 + rowLength + experts))
        file.tensors = shapes.map { name, shape in
            let weights = random.weights(shape.reduce(1, *))
            return .init(name: name, shape: shape, type: .f32, bytes: weights.withUnsafeBytes { Data($0) })
        }
        return file
    }

    /// In the order of bytes, as converters write it: layer 10 before layer 2.
    private var shapes: [(String, [Int])] {
        var shapes: [(String, [Int])] = [("token_embd.weight", [rowLength, 5]), ("output_norm.weight", [rowLength])]
        if !isTied { shapes.append(("output.weight", [rowLength, 5])) }
        if ["gpt2", "bert"].contains(architecture) { shapes.append(("position_embd.weight", [rowLength, 6])) }
        if architecture == "bert" { shapes.append(("token_types.weight", [rowLength, 2])) }
        for layer in (0..<layers).sorted(by: { "\($0)" < "\($1)" }) {
            shapes += (attention + feedForward).map { ("blk.\(layer).\($0.0)", $0.1) }
        }
        return shapes
    }

    private var attention: [(String, [Int])] {
        let fused = ["gpt2", "phi3"].contains(architecture)
        let matrices = (fused ? ["attn_qkv"] : ["attn_q", "attn_k", "attn_v"]) + ["attn_output"]
        return [("attn_norm.weight", [rowLength]), ("attn_q_norm.weight", [rowLength, 2]), ("\(matrices[0]).bias", [6])]
            + matrices.map { ("\($0).weight", [rowLength, 3]) }
    }

    private var feedForward: [(String, [Int])] {
        let matrices = ["ffn_gate", "ffn_up", "ffn_down"]
        guard experts > 0 else { return matrices.map { ("\($0).weight", [rowLength, 2]) } }
        return [("ffn_gate_inp.weight", [rowLength, experts])] + matrices.map { ("\($0)_exps.weight", [rowLength, 2, experts]) }
    }
}
