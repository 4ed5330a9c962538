/// The type of a safetensors tensor's elements, by its name in the file: all types of safetensors 0.8.
public enum SafetensorsType: String, Sendable, CaseIterable {
    case bool = "BOOL"
    case f4 = "F4"
    case f6E2M3 = "F6_E2M3"
    case f6E3M2 = "F6_E3M2"
    case u8 = "U8"
    case i8 = "I8"
    case f8E5M2 = "F8_E5M2"
    case f8E4M3 = "F8_E4M3"
    case f8E8M0 = "F8_E8M0"
    case f8E4M3FNUZ = "F8_E4M3FNUZ"
    case f8E5M2FNUZ = "F8_E5M2FNUZ"
    case i16 = "I16"
    case u16 = "U16"
    case f16 = "F16"
    case bf16 = "BF16"
    case i32 = "I32"
    case u32 = "U32"
    case f32 = "F32"
    case c64 = "C64"
    case f64 = "F64"
    case i64 = "I64"
    case u64 = "U64"

    /// The number of bits in an element.
    public var bitCount: Int {
        switch self {
        case .f4: 4
        case .f6E2M3, .f6E3M2: 6
        case .bool, .u8, .i8, .f8E5M2, .f8E4M3, .f8E8M0, .f8E4M3FNUZ, .f8E5M2FNUZ: 8
        case .i16, .u16, .f16, .bf16: 16
        case .i32, .u32, .f32: 32
        case .c64, .f64, .i64, .u64: 64
        }
    }

    /// Whether the elements can be converted: floating-point numbers, but not integers or the types of quantized
    /// checkpoints.
    public var isConvertible: Bool { [.f32, .f16, .bf16, .f64].contains(self) }

    /// Returns the size of a tensor in bytes.
    ///
    /// - Parameter shape: The sizes of the dimensions, empty for a scalar.
    /// - Returns: `nil` if it is not a whole number of bytes, or overflows.
    public func byteCount(of shape: [Int]) -> Int64? {
        var bits = bitCount
        for dimension in shape {
            let (product, overflow) = bits.multipliedReportingOverflow(by: dimension)
            guard dimension >= 0, !overflow else { return nil }
            bits = product
        }
        return bits % 8 == 0 ? Int64(bits / 8) : nil
    }
}
