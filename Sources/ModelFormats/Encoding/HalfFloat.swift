/// Numbers of 16 bits in arithmetic on bits: `Float16` does not exist on Intel Macs, and on Intel without it each number costs a call. Eight at once.
enum HalfFloat {
    typealias Floats = SIMD8<Float>
    typealias Bits = SIMD8<UInt32>

    /// IEEE half precision, to nearest, ties to even; too large becomes infinity.
    @inline(__always)
    static func half(_ values: Floats) -> SIMD8<UInt16> {
        let bits = unsafeBitCast(values, to: Bits.self)
        let sign = (bits &>> 16) & 0x8000
        let magnitude = bits & 0x7FFF_FFFF
        // The exponent is counted from 15 instead of 127; half of the last bit that stays is added, or a bit less when that one is even.
        let odd = (magnitude &>> 13) & 1
        var result = (magnitude &+ 0xC800_0FFF &+ odd) &>> 13
        // Below the smallest normal number, an addition makes the processor round where the last bit will be.
        let shifted = unsafeBitCast(unsafeBitCast(magnitude, to: Floats.self) + 0.5, to: Bits.self) &- 0x3F00_0000
        result.replace(with: shifted, where: magnitude .< 0x3880_0000)
        result.replace(with: 0x7C00, where: magnitude .>= 0x4780_0000)
        result.replace(with: 0x7E00 | ((magnitude &>> 13) & 0x3FF), where: magnitude .> 0x7F80_0000)
        return SIMD8<UInt16>(truncatingIfNeeded: result | sign)
    }

    /// The upper half of a float, to nearest, ties to even; not-a-numbers stay such.
    @inline(__always)
    static func brain(_ values: Floats) -> SIMD8<UInt16> {
        let bits = unsafeBitCast(values, to: Bits.self)
        var result = (bits &+ 0x7FFF &+ ((bits &>> 16) & 1)) &>> 16
        result.replace(with: (bits &>> 16) | 64, where: (bits & 0x7FFF_FFFF) .> 0x7F80_0000)
        return SIMD8<UInt16>(truncatingIfNeeded: result)
    }

    /// The number that a half stands for; nothing is lost.
    @inline(__always)
    static func float(half: SIMD8<UInt16>) -> Floats {
        let bits = Bits(truncatingIfNeeded: half)
        let magnitude = (bits & 0x7FFF) &<< 13
        // The exponent is counted from 127 instead of 15: a multiplication by 2^112, which also gets the smallest numbers right.
        var result = unsafeBitCast(unsafeBitCast(magnitude, to: Floats.self) * 0x1p112, to: Bits.self)
        result.replace(with: magnitude | 0x7F80_0000, where: magnitude .>= 0x0F80_0000)
        return unsafeBitCast(result | ((bits & 0x8000) &<< 16), to: Floats.self)
    }

    /// The number that the upper half of a float stands for.
    @inline(__always)
    static func float(brain: SIMD8<UInt16>) -> Floats { unsafeBitCast(Bits(truncatingIfNeeded: brain) &<< 16, to: Floats.self) }
}

extension HalfFloat {
    /// Calls `body` with the place of each eight elements; the last ones come alone, one by one.
    ///
    /// - Parameters:
    ///   - count: Elements.
    ///   - eight: Gets the first of eight.
    ///   - one: Gets one of the rest.
    @inline(__always)
    static func forEach(_ count: Int, eight: (Int) -> Void, one: (Int) -> Void) {
        var index = 0
        while index + 8 <= count {
            eight(index)
            index += 8
        }
        while index < count {
            one(index)
            index += 1
        }
    }
}
