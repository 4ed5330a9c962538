/// The valid range of a tensor's numbers: finite, and small enough for the type to write.
enum NumberRange {
    /// The reason why numbers cannot be written.
    enum Problem: Error, Equatable {
        /// A number is NaN or infinite, which no type can represent usefully.
        case notFinite
        /// A number would become infinite in the type.
        case tooLarge
    }

    /// Checks numbers before encoding.
    ///
    /// - Parameters:
    ///   - values: The numbers.
    ///   - type: The type to write.
    /// - Throws: `Problem`.
    static func check(_ values: UnsafeBufferPointer<Float>, for type: TensorType) throws {
        // The bit patterns of magnitudes have the same order as the magnitudes, with infinity and NaN at the end.
        var largest: UInt32 = 0
        for value in values { largest = max(largest, value.bitPattern & 0x7FFF_FFFF) }
        guard largest < 0x7F80_0000 else { throw Problem.notFinite }
        guard largest <= limit(of: type) else { throw Problem.tooLarge }
    }

    /// Checks numbers that are copied unchanged.
    ///
    /// - Parameters:
    ///   - bytes: Complete numbers of the type, little-endian, unaligned.
    ///   - type: F32, F16 or BF16; other types are not checked.
    /// - Throws: `Problem.notFinite`.
    static func check(_ bytes: UnsafeRawBufferPointer, of type: SafetensorsType) throws {
        let isFinite =
            switch type {
            case .f32: largest(bytes, UInt32.self) < 0x7F80_0000
            case .f16: largest(bytes, UInt16.self) < 0x7C00
            case .bf16: largest(bytes, UInt16.self) < 0x7F80
            default: true
            }
        guard isFinite else { throw Problem.notFinite }
    }

    /// The largest bit pattern without its sign.
    private static func largest<Bits: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _ type: Bits.Type) -> Bits {
        var largest: Bits = 0
        for offset in stride(from: 0, to: bytes.count - MemoryLayout<Bits>.size + 1, by: MemoryLayout<Bits>.size) {
            largest = max(largest, bytes.loadUnaligned(fromByteOffset: offset, as: Bits.self) & (Bits.max >> 1))
        }
        return largest
    }

    /// The bits of the largest magnitude that remains finite after rounding.
    private static func limit(of type: TensorType) -> UInt32 {
        switch type {
        case .f16: 0x477F_EFFF
        case .bf16: 0x7F7F_7FFF
        // The scale of a block is a half: the largest magnitude divided by 127.
        case .q8_0: (Float(65519) * 127).bitPattern
        default: 0x7F7F_FFFF
        }
    }
}
