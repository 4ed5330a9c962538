/// Numbers of 16 bits in arithmetic on bits: `Float16` does not exist on Intel Macs, and elsewhere on Intel each number costs a call. No function
/// branches, so that the compiler makes loops of them that do several numbers at once.
enum HalfFloat {
    /// IEEE half precision, to nearest, ties to even; too large becomes infinity.
    @inline(__always)
    static func half(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        let magnitude = bits & 0x7FFF_FFFF
        // The exponent is counted from 15 instead of 127; half of the last bit that stays is added, or a bit less when that one is even.
        let normal = (magnitude &+ 0xC800_0FFF &+ ((magnitude &>> 13) & 1)) &>> 13
        // Below the smallest normal number, an addition makes the processor round where the last bit will be.
        let small = (Float(bitPattern: magnitude) + 0.5).bitPattern &- 0x3F00_0000
        let notANumber = 0x7E00 | ((magnitude &>> 13) & 0x3FF)
        var result = choose(magnitude, below: 0x3880_0000, small, normal)
        result = choose(magnitude, below: 0x4780_0000, result, 0x7C00)
        result = choose(magnitude, below: 0x7F80_0001, result, notANumber)
        return UInt16(truncatingIfNeeded: result | ((bits &>> 16) & 0x8000))
    }

    /// The upper half of a float, to nearest, ties to even; not-a-numbers stay such.
    @inline(__always)
    static func brain(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        let rounded = (bits &+ 0x7FFF &+ ((bits &>> 16) & 1)) &>> 16
        return UInt16(truncatingIfNeeded: choose(bits & 0x7FFF_FFFF, below: 0x7F80_0001, rounded, (bits &>> 16) | 64))
    }

    /// The number that a half stands for; nothing is lost.
    @inline(__always)
    static func float(half: UInt16) -> Float {
        let bits = UInt32(half)
        let magnitude = (bits & 0x7FFF) &<< 13
        // The exponent is counted from 127 instead of 15: a multiplication by 2^112, which also gets the smallest numbers right.
        let number = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
        return Float(bitPattern: choose(magnitude, below: 0x0F80_0000, number, magnitude | 0x7F80_0000) | ((bits & 0x8000) &<< 16))
    }

    /// The number that the upper half of a float stands for.
    @inline(__always)
    static func float(brain: UInt16) -> Float { Float(bitPattern: UInt32(brain) &<< 16) }

    /// One of two numbers; `value` and `limit` have 31 bits.
    @inline(__always)
    static func choose(_ value: UInt32, below limit: UInt32, _ first: UInt32, _ second: UInt32) -> UInt32 {
        Int32(bitPattern: value) < Int32(bitPattern: limit) ? first : second
    }
}
