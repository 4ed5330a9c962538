/// Conversions of 16-bit numbers with integer arithmetic: `Float16` does not exist on Intel Macs, and on other Intel
/// systems each conversion costs a function call. No function branches, so that the compiler can vectorize loops over
/// them.
enum HalfFloat {
    /// Converts a float to IEEE half precision, to nearest, ties to even. Numbers that are too large become infinity.
    @inline(__always)
    static func half(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        let magnitude = bits & 0x7FFF_FFFF
        // The exponent bias changes from 127 to 15. Half of the last remaining bit is added, or slightly less if that
        // bit is even.
        let normal = (magnitude &+ 0xC800_0FFF &+ ((magnitude &>> 13) & 1)) &>> 13
        // Below the smallest normal number, an addition makes the processor round at the right bit.
        let small = (Float(bitPattern: magnitude) + 0.5).bitPattern &- 0x3F00_0000
        let notANumber = 0x7E00 | ((magnitude &>> 13) & 0x3FF)
        var result = choose(magnitude, below: 0x3880_0000, small, normal)
        result = choose(magnitude, below: 0x4780_0000, result, 0x7C00)
        result = choose(magnitude, below: 0x7F80_0001, result, notANumber)
        return UInt16(truncatingIfNeeded: result | ((bits &>> 16) & 0x8000))
    }

    /// Converts a float to its upper half (BF16), to nearest, ties to even. NaN remains NaN.
    @inline(__always)
    static func brain(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        let rounded = (bits &+ 0x7FFF &+ ((bits &>> 16) & 1)) &>> 16
        return UInt16(truncatingIfNeeded: choose(bits & 0x7FFF_FFFF, below: 0x7F80_0001, rounded, (bits &>> 16) | 64))
    }

    /// Converts a number in half precision, without loss.
    @inline(__always)
    static func float(half: UInt16) -> Float {
        let bits = UInt32(half)
        let magnitude = (bits & 0x7FFF) &<< 13
        // The exponent bias changes from 15 to 127 by a multiplication by 2^112, which is also correct for the smallest
        // numbers.
        let number = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
        return Float(bitPattern: choose(magnitude, below: 0x0F80_0000, number, magnitude | 0x7F80_0000) | ((bits & 0x8000) &<< 16))
    }

    /// Converts the upper half of a float (BF16).
    @inline(__always)
    static func float(brain: UInt16) -> Float { Float(bitPattern: UInt32(brain) &<< 16) }

    /// Selects one of two numbers without a branch; `value` and `limit` have 31 bits.
    @inline(__always)
    static func choose(_ value: UInt32, below limit: UInt32, _ first: UInt32, _ second: UInt32) -> UInt32 {
        Int32(bitPattern: value) < Int32(bitPattern: limit) ? first : second
    }
}
