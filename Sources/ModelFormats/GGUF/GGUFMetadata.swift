/// The key-values of a GGUF file, in order, with access by key.
public struct GGUFMetadata: Sendable {
    /// The key-values, in the order of the file.
    public let keyValues: [GGUFKeyValue]
    private let places: [String: Int]

    /// Creates metadata from key-values.
    ///
    /// - Parameter keyValues: The key-values with unique keys; of duplicates the first counts.
    public init(_ keyValues: [GGUFKeyValue]) {
        self.keyValues = keyValues
        self.places = Dictionary(zip(keyValues.map(\.key), keyValues.indices)) { first, _ in first }
    }

    /// Returns the value of a key.
    ///
    /// - Parameter key: A key such as `general.architecture`.
    public subscript(_ key: String) -> GGUFValue? { places[key].map { keyValues[$0].value } }

    /// Returns a text.
    ///
    /// - Parameter key: The key.
    /// - Returns: `nil` if the key is missing or has another type; invalid UTF-8 is replaced.
    public func string(_ key: String) -> String? {
        guard case .string(let text)? = self[key] else { return nil }
        return text.description
    }

    /// Returns an integer of any width.
    ///
    /// - Parameter key: The key.
    /// - Returns: `nil` if the key is missing, has another type, or the number is negative or too large.
    public func count(_ key: String) -> Int? {
        switch self[key] {
        case .uint8(let value): Int(value)
        case .uint16(let value): Int(value)
        case .uint32(let value): Int(value)
        case .uint64(let value): Int(exactly: value)
        case .int8(let value): value < 0 ? nil : Int(value)
        case .int16(let value): value < 0 ? nil : Int(value)
        case .int32(let value): value < 0 ? nil : Int(value)
        case .int64(let value): value < 0 ? nil : Int(exactly: value)
        default: nil
        }
    }
}

extension GGUFArray {
    /// The number of elements.
    public var count: Int { content.elements.count }

    /// The type of the elements.
    public var elementType: GGUFValueType { content.type }

    private var content: (type: GGUFValueType, elements: any Collection) {
        switch self {
        case .uint8(let values): (.uint8, values)
        case .int8(let values): (.int8, values)
        case .uint16(let values): (.uint16, values)
        case .int16(let values): (.int16, values)
        case .uint32(let values): (.uint32, values)
        case .int32(let values): (.int32, values)
        case .float32(let values): (.float32, values)
        case .bool(let values): (.bool, values)
        case .string(let values): (.string, values)
        case .uint64(let values): (.uint64, values)
        case .int64(let values): (.int64, values)
        case .float64(let values): (.float64, values)
        }
    }
}
