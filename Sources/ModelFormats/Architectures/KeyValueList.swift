/// Collects keys of one architecture. `nil` means that a key is not written.
struct KeyValueList {
    private(set) var keyValues: [GGUFKeyValue] = []
    private let prefix: String

    /// - Parameter prefix: The architecture's name.
    init(prefix: String) { self.prefix = prefix }

    /// A number of something; must fit `u32`.
    mutating func count(_ key: String, _ value: Int?) {
        if let value { keyValues.append(GGUFKeyValue("\(prefix).\(key)", .uint32(UInt32(clamping: value)))) }
    }

    /// A number with a fraction.
    mutating func number(_ key: String, _ value: Float?) {
        if let value { keyValues.append(GGUFKeyValue("\(prefix).\(key)", .float32(value))) }
    }

    /// Yes or no.
    mutating func flag(_ key: String, _ value: Bool) { keyValues.append(GGUFKeyValue("\(prefix).\(key)", .bool(value))) }

    /// Whatever it is.
    mutating func value(_ key: String, _ value: GGUFValue?) {
        if let value { keyValues.append(GGUFKeyValue("\(prefix).\(key)", value)) }
    }

    /// Whole pairs.
    mutating func add(_ more: [GGUFKeyValue]) { keyValues += more }
}
