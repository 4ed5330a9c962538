/// A value of a GGUF key with its type in the file: readers refuse a value of another type.
public enum GGUFValue: Sendable, Hashable {
    case uint8(UInt8)
    case int8(Int8)
    case uint16(UInt16)
    case int16(Int16)
    case uint32(UInt32)
    case int32(Int32)
    case float32(Float)
    case bool(Bool)
    case string(ByteText)
    case uint64(UInt64)
    case int64(Int64)
    case float64(Double)
    case array(GGUFArray)

    /// The type's number in the file.
    public var type: GGUFValueType {
        switch self {
        case .uint8: .uint8
        case .int8: .int8
        case .uint16: .uint16
        case .int16: .int16
        case .uint32: .uint32
        case .int32: .int32
        case .float32: .float32
        case .bool: .bool
        case .string: .string
        case .uint64: .uint64
        case .int64: .int64
        case .float64: .float64
        case .array: .array
        }
    }
}

/// An array of a GGUF key. Arrays of arrays are not supported.
public enum GGUFArray: Sendable, Hashable {
    case uint8([UInt8])
    case int8([Int8])
    case uint16([UInt16])
    case int16([Int16])
    case uint32([UInt32])
    case int32([Int32])
    case float32([Float])
    case bool([Bool])
    case string([ByteText])
    case uint64([UInt64])
    case int64([Int64])
    case float64([Double])
}

/// A key with its value.
public struct GGUFKeyValue: Sendable, Hashable {
    /// The key, such as `general.architecture`.
    public let key: String
    /// The value.
    public let value: GGUFValue

    /// Creates a pair.
    ///
    /// - Parameters:
    ///   - key: The key, such as `general.architecture`.
    ///   - value: The value.
    public init(_ key: String, _ value: GGUFValue) {
        self.key = key
        self.value = value
    }
}
