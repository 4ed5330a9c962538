/// What a tensor's numbers may be: finite, and small enough for the type they are written in.
enum NumberRange {
    /// Why numbers cannot be written.
    enum Problem: Error, Equatable {
        /// One is not a number, or infinite: no type makes sense of it.
        case notFinite
        /// One would become infinite in the type.
        case tooLarge
    }

    /// Looks at numbers that are to be encoded.
    ///
    /// - Parameters:
    ///   - values: The numbers.
    ///   - type: What they are to be written in.
    /// - Throws: `Problem`.
    static func check(_ values: UnsafeBufferPointer<Float>, for type: TensorType) throws {
        // Bit patterns of magnitudes are ordered like the magnitudes, and infinity and what is no number come last.
        var largest: UInt32 = 0
        for value in values { largest = max(largest, value.bitPattern & 0x7FFF_FFFF) }
        guard largest < 0x7F80_0000 else { throw Problem.notFinite }
        guard largest <= limit(of: type) else { throw Problem.tooLarge }
    }

    /// Looks at numbers that are copied as they are.
    ///
    /// - Parameters:
    ///   - bytes: Whole numbers of the type, little-endian, not aligned.
    ///   - type: F32, F16 or BF16; others are not looked at.
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

    /// The largest bit pattern, the sign left out.
    private static func largest<Bits: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _ type: Bits.Type) -> Bits {
        var largest: Bits = 0
        for offset in stride(from: 0, to: bytes.count - MemoryLayout<Bits>.size + 1, by: MemoryLayout<Bits>.size) {
            largest = max(largest, bytes.loadUnaligned(fromByteOffset: offset, as: Bits.self) & (Bits.max >> 1))
        }
        return largest
    }

    /// The bits of the largest magnitude that stays finite when it is rounded.
    private static func limit(of type: TensorType) -> UInt32 {
        switch type {
        case .f16: 0x477F_EFFF
        case .bf16: 0x7F7F_7FFF
        // A block's scale is a half: the largest magnitude by 127.
        case .q8_0: (Float(65519) * 127).bitPattern
        default: 0x7F7F_FFFF
        }
    }
}
