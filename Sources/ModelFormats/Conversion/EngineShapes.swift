import RoostCore

/// The shapes of a model's tensors that llama.cpp requires for the key-values of their file: `load_arch_tensors` of
/// each architecture in `src/models` (build 11434). It does not load a model with other shapes.
struct EngineShapes {
    /// The shapes by name, with `#` for the number of the layer, in ggml's order: the row length first.
    private let shapes: [String: [Int]]

    /// - Parameters:
    ///   - architecture: llama.cpp's name of the architecture.
    ///   - keyValues: The keys with that prefix.
    init(_ architecture: String, _ keyValues: [GGUFKeyValue]) {
        let sizes = Sizes(architecture, keyValues)
        let norms = ["attn_norm", "ffn_norm", "post_attention_norm", "post_ffw_norm", "attn_output_norm", "layer_output_norm"].map { "blk.#.\($0)" }
        let pairs = (norms + ["output_norm", "token_embd_norm"]).flatMap { [("\($0).weight", [sizes.width]), ("\($0).bias", [sizes.width])] }
        shapes = Dictionary(pairs + Self.frame(sizes) + Self.attention(sizes) + Self.feedForward(sizes)) { first, _ in first }
    }

    /// Checks the shape of a tensor.
    ///
    /// - Parameters:
    ///   - tensor: The tensor of the GGUF file.
    ///   - source: The name in the repository.
    /// - Throws: `RoostError` with code `unsupportedModel`.
    func check(_ tensor: OutputTensor, of source: String) throws {
        guard var expected = shapes[TensorNamePattern(tensor.name).pattern] else { return }
        // The embedding and the head have one row for each token, which is checked elsewhere.
        if ["token_embd.weight", "output.weight"].contains(tensor.name) { expected.append(tensor.dimensions.dropFirst().first ?? 0) }
        guard expected != tensor.dimensions else { return }
        let (has, wants) = (tensor.dimensions.reversed().map(\.self), expected.reversed().map(\.self))
        throw RoostError(
            .unsupportedModel,
            "The model's tensor \(source.quotedForPeople) has the shape \(has), and by \"config.json\" it has to be \(wants). They contradict each other as they "
                + "are in the repository, so pulling again changes nothing: take another revision or repository.")
    }

    private struct Sizes {
        let width, heads, head, queries, keys, inner, expertInner, experts, context, kinds: Int
        let isPhi: Bool

        init(_ architecture: String, _ keyValues: [GGUFKeyValue]) {
            func number(_ key: String) -> Int? {
                guard case .uint32(let value)? = keyValues.first(where: { $0.key == key })?.value else { return nil }
                return Int(value)
            }
            func own(_ key: String) -> Int? { number("\(architecture).\(key)") }
            width = own("embedding_length") ?? 0
            heads = max(1, own("attention.head_count") ?? 1)
            head = own("attention.key_length") ?? width / heads
            // These readers do not support heads whose sizes do not add up to the width.
            queries = ["bert", "gpt2", "phi3", "qwen2"].contains(architecture) ? width : heads * head
            keys = (own("attention.head_count_kv") ?? heads) * head
            inner = own("feed_forward_length") ?? 0
            expertInner = own("expert_feed_forward_length") ?? inner
            experts = own("expert_count") ?? 0
            context = own("context_length") ?? 0
            kinds = number("tokenizer.ggml.token_type_count") ?? 0
            isPhi = architecture == "phi3"
        }
    }

    private static func frame(_ sizes: Sizes) -> [(String, [Int])] {
        [
            ("token_embd.weight", [sizes.width]), ("output.weight", [sizes.width]), ("position_embd.weight", [sizes.width, sizes.context]),
            ("token_types.weight", [sizes.width, sizes.kinds]),
        ]
    }

    private static func attention(_ sizes: Sizes) -> [(String, [Int])] {
        [
            ("attn_q.weight", [sizes.width, sizes.queries]), ("attn_q.bias", [sizes.queries]), ("attn_k.weight", [sizes.width, sizes.keys]),
            ("attn_k.bias", [sizes.keys]), ("attn_v.weight", [sizes.width, sizes.keys]), ("attn_v.bias", [sizes.keys]),
            ("attn_qkv.weight", [sizes.width, sizes.queries + 2 * sizes.keys]), ("attn_qkv.bias", [sizes.queries + 2 * sizes.keys]),
            ("attn_output.weight", [sizes.queries, sizes.width]), ("attn_output.bias", [sizes.width]), ("attn_q_norm.weight", [sizes.head]),
            ("attn_k_norm.weight", [sizes.head]),
        ].map { ("blk.#.\($0)", $1) }
    }

    private static func feedForward(_ sizes: Sizes) -> [(String, [Int])] {
        [
            ("ffn_gate.weight", [sizes.width, sizes.inner]), ("ffn_gate.bias", [sizes.inner]),
            // In Phi 3 this matrix includes the rows of the gate.
            ("ffn_up.weight", [sizes.width, sizes.isPhi ? 2 * sizes.inner : sizes.inner]), ("ffn_up.bias", [sizes.inner]),
            ("ffn_down.weight", [sizes.inner, sizes.width]), ("ffn_down.bias", [sizes.width]), ("ffn_gate_inp.weight", [sizes.width, sizes.experts]),
            ("ffn_gate_exps.weight", [sizes.width, sizes.expertInner, sizes.experts]),
            ("ffn_up_exps.weight", [sizes.width, sizes.expertInner, sizes.experts]),
            ("ffn_down_exps.weight", [sizes.expertInner, sizes.width, sizes.experts]),
        ].map { ("blk.#.\($0)", $1) }
    }
}
