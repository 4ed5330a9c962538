/// Qwen 3: https://github.com/huggingface/transformers/tree/main/src/transformers/models/qwen3
extension Architecture {
    static let qwen3 = Architecture(
        name: "qwen3", classes: ["Qwen3ForCausalLM", "Qwen3Model"], defaults: qwenDefaults.merging(["head_dim": 128]) { $1 },
        keyValues: { try decoderKeyValues("qwen3", $0, headSize: $0.headSize(), window: AttentionLayers.qwenWindow($0)) },
        tensors: { try frame($0) + twoNorms + attention() + headNorms() + feedForward }, fixedKeys: unbiasedQwenKeys,
        rotaryKinds: qwenRotaryKinds, window: { try AttentionLayers.qwenWindow($0) })
}
