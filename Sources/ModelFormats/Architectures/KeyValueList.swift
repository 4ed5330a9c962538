/// A list of keys of one architecture. Keys with the value `nil` are not written.
struct KeyValueList {
    private(set) var keyValues: [GGUFKeyValue] = []
    private let prefix: String

    /// - Parameter prefix: The architecture's name.
    init(prefix: String) { self.prefix = prefix }

    /// Adds an integer, which must fit into `u32`.
    mutating func count(_ key: String, _ value: Int?) {
        if let value { keyValues.append(GGUFKeyValue("\(prefix).\(key)", .uint32(UInt32(clamping: value)))) }
    }

    /// Adds a floating-point number.
    mutating func number(_ key: String, _ value: Float?) {
        if let value { keyValues.append(GGUFKeyValue("\(prefix).\(key)", .float32(value))) }
    }

    /// Adds a Boolean value.
    mutating func flag(_ key: String, _ value: Bool) { keyValues.append(GGUFKeyValue("\(prefix).\(key)", .bool(value))) }

    /// Adds any value.
    mutating func value(_ key: String, _ value: GGUFValue?) {
        if let value { keyValues.append(GGUFKeyValue("\(prefix).\(key)", value)) }
    }

    /// Adds complete pairs.
    mutating func add(_ more: [GGUFKeyValue]) { keyValues += more }
}
