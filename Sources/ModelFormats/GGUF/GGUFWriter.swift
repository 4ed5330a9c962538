/// Writes the parts of a GGUF header, little-endian.
struct GGUFWriter {
    private(set) var bytes: [UInt8] = []

    /// Writes the magic number, counts, key-values and the table of tensors.
    mutating func head(_ keyValues: [GGUFKeyValue], _ tensors: [GGUFTensor]) {
        bytes += "GGUF".utf8
        integer(UInt32(3))
        integer(UInt64(tensors.count))
        integer(UInt64(keyValues.count))
        for pair in keyValues {
            string(pair.key.utf8)
            integer(pair.value.type.rawValue)
            value(pair.value)
        }
        for tensor in tensors {
            string(tensor.name.utf8)
            integer(UInt32(tensor.dimensions.count))
            for dimension in tensor.dimensions { integer(UInt64(dimension)) }
            integer(tensor.type.rawValue)
            integer(UInt64(tensor.offset))
        }
    }

    /// Writes zero bytes up to a multiple of a number.
    mutating func pad(toMultipleOf unit: Int) {
        while bytes.count % unit != 0 { bytes.append(0) }
    }

    private mutating func integer(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }

    private mutating func string(_ text: some Collection<UInt8>) {
        integer(UInt64(text.count))
        bytes += text
    }

    private mutating func value(_ value: GGUFValue) {
        switch value {
        case .uint8(let value): integer(value)
        case .int8(let value): integer(value)
        case .uint16(let value): integer(value)
        case .int16(let value): integer(value)
        case .uint32(let value): integer(value)
        case .int32(let value): integer(value)
        case .float32(let value): integer(value.bitPattern)
        case .bool(let value): integer(UInt8(value ? 1 : 0))
        case .string(let value): string(value.bytes)
        case .uint64(let value): integer(value)
        case .int64(let value): integer(value)
        case .float64(let value): integer(value.bitPattern)
        case .array(let value): array(value)
        }
    }

    private mutating func array(_ array: GGUFArray) {
        integer(array.elementType.rawValue)
        integer(UInt64(array.count))
        switch array {
        case .uint8(let values): bytes += values
        case .int8(let values): for value in values { integer(value) }
        case .uint16(let values): for value in values { integer(value) }
        case .int16(let values): for value in values { integer(value) }
        case .uint32(let values): for value in values { integer(value) }
        case .int32(let values): for value in values { integer(value) }
        case .float32(let values): for value in values { integer(value.bitPattern) }
        case .bool(let values): for value in values { integer(UInt8(value ? 1 : 0)) }
        case .string(let values): for value in values { string(value.bytes) }
        case .uint64(let values): for value in values { integer(value) }
        case .int64(let values): for value in values { integer(value) }
        case .float64(let values): for value in values { integer(value.bitPattern) }
        }
    }
}
