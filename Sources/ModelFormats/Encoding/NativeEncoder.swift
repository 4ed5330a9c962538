import RoostCore

/// The types that need no library: F32, F16, BF16 and Q8_0, with the bytes that llama.cpp's own converter writes.
public struct NativeEncoder: TensorEncoder {
    /// What it can write.
    public static let types: [TensorType] = [.f32, .f16, .bf16, .q8_0]

    /// Makes an encoder.
    public init() {}

    /// Encodes whole rows.
    ///
    /// - Parameters:
    ///   - source: The rows, one behind the other.
    ///   - rowLength: Elements in a row, a multiple of the type's block size.
    ///   - type: One of `types`.
    ///   - destination: Room for all rows.
    /// - Throws: `RoostError` with code `unsupportedModel` for another type.
    public func encode(
        _ source: UnsafeBufferPointer<Float>, rowLength: Int, as type: TensorType, into destination: UnsafeMutableRawBufferPointer
    ) throws {
        guard let input = source.baseAddress, let output = destination.baseAddress else { return }
        let blocks = source.count / type.blockSize
        precondition(rowLength % type.blockSize == 0 && blocks * type.blockByteCount <= destination.count, "room for whole blocks")
        switch type {
        case .f32: output.copyMemory(from: input, byteCount: 4 * source.count)
        case .f16: Self.narrow(UnsafeRawPointer(input), output, source.count) { HalfFloat.half($0) }
        case .bf16: Self.narrow(UnsafeRawPointer(input), output, source.count) { HalfFloat.brain($0) }
        case .q8_0: for block in 0..<blocks { Self.encodeQ8(UnsafeRawPointer(input + 32 * block), output + 34 * block) }
        default: throw RoostError(.unsupportedModel, "Numbers of type \(type.name) cannot be written without ggml's library.")
        }
    }

    @inline(__always)
    private static func narrow(
        _ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, _ count: Int, _ convert: (SIMD8<Float>) -> SIMD8<UInt16>
    ) {
        HalfFloat.forEach(count) { index in
            let bits = convert(input.loadUnaligned(fromByteOffset: 4 * index, as: SIMD8<Float>.self))
            output.storeBytes(of: bits, toByteOffset: 2 * index, as: SIMD8<UInt16>.self)
        } one: { index in
            let value = SIMD8<Float>(repeating: input.loadUnaligned(fromByteOffset: 4 * index, as: Float.self))
            output.storeBytes(of: convert(value)[0], toByteOffset: 2 * index, as: UInt16.self)
        }
    }

    /// A block of 32: the largest magnitude is 127 steps; a half, then 32 signed bytes.
    @inline(__always)
    private static func encodeQ8(_ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer) {
        var largest = SIMD8<UInt32>.zero
        for part in 0..<4 {
            let magnitude = input.loadUnaligned(fromByteOffset: 32 * part, as: SIMD8<UInt32>.self) & 0x7FFF_FFFF
            largest.replace(with: magnitude, where: magnitude .> largest)
        }
        // Bit patterns of magnitudes are ordered like the magnitudes.
        let step = Float(bitPattern: largest.max()) / 127
        let inverse = step == 0 ? 0 : 1 / step
        output.storeBytes(of: HalfFloat.half(SIMD8(repeating: step))[0], as: UInt16.self)
        for part in 0..<4 {
            let values = input.loadUnaligned(fromByteOffset: 32 * part, as: SIMD8<Float>.self) * inverse
            output.storeBytes(of: rounded(values), toByteOffset: 2 + 8 * part, as: SIMD8<UInt8>.self)
        }
    }

    /// Whole numbers up to 127 in two's complement; halves are rounded away from zero.
    @inline(__always)
    private static func rounded(_ values: SIMD8<Float>) -> SIMD8<UInt8> {
        let bits = unsafeBitCast(values, to: SIMD8<UInt32>.self)
        let magnitude = unsafeBitCast(bits & 0x7FFF_FFFF, to: SIMD8<Float>.self)
        // Beyond 2^23 floats are whole, so adding it rounds, to even where two are as near, and leaves the number in the lowest bits.
        let moved = magnitude + 0x1p23
        var result = unsafeBitCast(moved, to: SIMD8<UInt32>.self)
        result.replace(with: result &+ 1, where: (magnitude - (moved - 0x1p23)) .== 0.5)
        result.replace(with: 0 &- result, where: bits .>= 0x8000_0000)
        return SIMD8<UInt8>(truncatingIfNeeded: result)
    }
}
