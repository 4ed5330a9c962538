/// The order of a model's tensors in llama.cpp: first those without a layer, then by layer, then by the bytes of the
/// name.
enum LayerOrder {
    /// Returns the names' indices in that order.
    ///
    /// - Parameter names: The tensors' names.
    /// - Returns: Indices of `names`.
    static func indices(of names: [String]) -> [Int] {
        let layers = names.map { layer(of: $0) ?? -1 }
        return names.indices.sorted { left, right in
            if layers[left] != layers[right] { return layers[left] < layers[right] }
            return names[left].utf8.lexicographicallyPrecedes(names[right].utf8)
        }
    }

    /// Returns the layer in a name such as `blk.12.attn_v.weight`.
    ///
    /// - Parameter name: A tensor's name.
    /// - Returns: `nil` if the name contains none.
    static func layer(of name: String) -> Int? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count > 2, parts[0] == "blk", parts[1].allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return Int(parts[1])
    }
}
