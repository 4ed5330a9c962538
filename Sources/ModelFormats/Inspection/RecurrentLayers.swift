/// The recurrent layers of a model: each keeps a state of constant size for each text.
struct RecurrentLayers {
    /// The layers without keys and values.
    var only: Set<Int> = []
    /// The states of all layers in bytes, in 32 bits each.
    var bytes: Int64 = 0

    /// Reads the numbers of a model; there are none in most.
    ///
    /// - Returns: `nil` if no model has such numbers.
    init?(_ keys: ModelKeys, width: Int, layers: Int, keyHeads: [Int]) {
        let elements = Self.elements(keys, width: Int64(width), heads: Int64(keyHeads.max() ?? 1))
        guard let elements else { return nil }
        guard elements > 0 else { return }
        if keys.has("wkv.head_size") || keyHeads.allSatisfy({ $0 == 0 }) {
            only = Set(0..<layers)
        } else if let interval = keys.count("full_attention_interval"), interval > 0 {
            only = Set((0..<layers).filter { ($0 + 1) % interval != 0 })
        } else {
            only = Set((0..<layers).filter { keyHeads[$0] == 0 })
        }
        // Some models have a state in each layer beside the keys and values.
        bytes = Int64(only.isEmpty ? layers : only.count) * min(elements, 1 << 40) * 4
    }

    /// The numbers of a state, as `n_embd_r` and `n_embd_s` in llama.cpp's llama-hparams.cpp compute them; `nil` if no
    /// model has such numbers. The limits keep the products below 2^63.
    private static func elements(_ keys: ModelKeys, width: Int64, heads: Int64) -> Int64? {
        let names = ["ssm.state_size", "ssm.inner_size", "ssm.conv_kernel", "ssm.group_count", "wkv.head_size", "shortconv.l_cache", "kda.head_dim"]
        let numbers = names.map { Int64(keys.count($0) ?? 0) } + [Int64(keys.count("token_shift_count") ?? 2)]
        guard numbers.allSatisfy({ $0 < 1 << 20 }) else { return nil }
        let (state, inner, kernel, groups) = (numbers[0], numbers[1], max(0, numbers[2] - 1), numbers[3])
        let (head, cache, delta, shifts) = (numbers[4], numbers[5], numbers[6], numbers[7])
        if head > 0 { return width * (head + shifts) }
        if cache > 0 { return width * cache }
        if delta > 0 { return max(1, heads) * delta * (delta + 12) }
        return kernel * (inner + 2 * groups * state) + inner * state
    }
}
