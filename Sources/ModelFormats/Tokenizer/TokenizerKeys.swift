/// Key-value pairs in the order in which their keys were first set, as in the reference converter.
struct TokenizerKeys {
    private(set) var pairs: [GGUFKeyValue] = []

    /// Sets a key; an existing key keeps its position.
    mutating func set(_ key: String, _ value: GGUFValue) {
        let pair = GGUFKeyValue(key, value)
        if let index = pairs.firstIndex(where: { $0.key == key }) { pairs[index] = pair } else { pairs.append(pair) }
    }

    /// Returns whether a key is set.
    func contains(_ key: String) -> Bool { pairs.contains { $0.key == key } }
}
