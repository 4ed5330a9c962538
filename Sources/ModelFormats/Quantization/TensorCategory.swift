/// The role of a tensor in the selection of its type.
///
/// The names are those of GGUF, and the first rule that matches applies, as in `llama-quant.cpp` of llama.cpp build
/// 11312.
enum TensorCategory: Sendable {
    case output
    case tokenEmbedding
    /// The values, or queries, keys and values in one matrix.
    case attentionValue
    case attentionKey
    case attentionOutput
    case feedForwardDown
    case other

    init(name: String) {
        self =
            if name == "output.weight" {
                .output
            } else if name == "token_embd.weight" || name == "per_layer_token_embd.weight" {
                .tokenEmbedding
            } else if ["attn_qkv.weight", "attn_kv_b.weight", "attn_v.weight"].contains(where: name.contains) {
                .attentionValue
            } else if name.contains("attn_k.weight") {
                .attentionKey
            } else if name.contains("attn_output.weight") {
                .attentionOutput
            } else if name.contains("ffn_down") {
                .feedForwardDown
            } else {
                .other
            }
    }

    /// Returns whether a tensor may be quantized: only matrices of weights, except small ones that are important.
    ///
    /// - Parameters:
    ///   - name: The tensor's name.
    ///   - shape: The dimensions, the row length first.
    /// - Returns: `false` if it keeps the type of a conversion without quantization.
    static func allowsQuantization(name: String, shape: [Int]) -> Bool {
        // Trailing dimensions of 1 do not count.
        guard shape.dropFirst().contains(where: { $0 > 1 }), name.hasSuffix("weight") else { return false }
        return !wholeNames.contains(name) && !parts.contains(where: name.contains)
    }

    private static let wholeNames: Set<String> = ["position_embd.weight", "token_types.weight"]

    private static let parts = [
        "_norm.weight", "ffn_gate_inp.weight", "ffn_gate_tid2eid.weight", "altup", "laurel", "per_layer_model_proj", "ssm_conv1d",
        "shortconv.conv.weight", "indexer.k_proj.weight", "indexer.q_proj.weight", "time_mix_first.weight", "time_mix_w0.weight",
        "time_mix_w1.weight", "time_mix_w2.weight", "time_mix_v0.weight", "time_mix_v1.weight", "time_mix_v2.weight", "time_mix_a0.weight",
        "time_mix_a1.weight", "time_mix_a2.weight", "time_mix_g1.weight", "time_mix_g2.weight", "time_mix_decay_w1.weight",
        "time_mix_decay_w2.weight", "time_mix_lerp_fused.weight", "attn_rel_b.weight", ".position_embd", "sam.pos_embd", "sam.neck.", "sam.net_",
        ".rel_pos", ".patch_embd", ".patch_merger", "a.rvq.codebook", "mm.a.code_embd",
    ]
}
