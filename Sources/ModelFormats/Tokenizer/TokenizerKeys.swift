/// Key-value pairs in the order in which their keys were first set, as the reference converter keeps them.
struct TokenizerKeys {
    private(set) var pairs: [GGUFKeyValue] = []

    /// Sets a key; one that is there keeps its place.
    mutating func set(_ key: String, _ value: GGUFValue) {
        let pair = GGUFKeyValue(key, value)
        if let index = pairs.firstIndex(where: { $0.key == key }) { pairs[index] = pair } else { pairs.append(pair) }
    }

    /// Whether a key is set.
    func contains(_ key: String) -> Bool { pairs.contains { $0.key == key } }
}
