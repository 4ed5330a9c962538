import RoostCore

extension GGUFValue {
    /// A description for users: texts are quoted and shortened, arrays are shown with their first elements.
    var shortDescription: String {
        switch self {
        case .uint8(let value): "\(value)"
        case .int8(let value): "\(value)"
        case .uint16(let value): "\(value)"
        case .int16(let value): "\(value)"
        case .uint32(let value): "\(value)"
        case .int32(let value): "\(value)"
        case .float32(let value): "\(value)"
        case .bool(let value): "\(value)"
        case .string(let value): value.description.quotedForPeople
        case .uint64(let value): "\(value)"
        case .int64(let value): "\(value)"
        case .float64(let value): "\(value)"
        case .array(.string(let values)) where values.count <= 8: "[\(values.map(\.description.quotedForPeople).joined(separator: ", "))]"
        case .array(let values): "\(values.count) × \(values.elementType)"
        }
    }
}
