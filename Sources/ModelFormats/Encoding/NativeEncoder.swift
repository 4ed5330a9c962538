import RoostCore

/// An encoder for the types that need no library: F32, F16, BF16 and Q8_0. Its bytes are the same as those of
/// llama.cpp's own converter.
public struct NativeEncoder: TensorEncoder {
    /// The supported types.
    public static let types: [TensorType] = [.f32, .f16, .bf16, .q8_0]

    /// Creates an encoder.
    public init() {}

    /// Encodes whole rows.
    ///
    /// - Parameters:
    ///   - source: Consecutive rows.
    ///   - rowLength: The number of elements in a row, a multiple of the type's block size.
    ///   - type: One of `types`.
    ///   - destination: The buffer for all rows.
    /// - Throws: `RoostError` with code `unsupportedModel` for another type.
    public func encode(
        _ source: UnsafeBufferPointer<Float>, rowLength: Int, as type: TensorType, into destination: UnsafeMutableRawBufferPointer
    ) throws {
        guard let input = source.baseAddress, let output = destination.baseAddress else { return }
        let blocks = source.count / type.blockSize
        precondition(rowLength % type.blockSize == 0 && blocks * type.blockByteCount <= destination.count, "room for whole blocks")
        switch type {
        case .f32: output.copyMemory(from: input, byteCount: 4 * source.count)
        case .f16: for index in 0..<source.count { output.storeBytes(of: HalfFloat.half(input[index]), toByteOffset: 2 &* index, as: UInt16.self) }
        case .bf16: for index in 0..<source.count { output.storeBytes(of: HalfFloat.brain(input[index]), toByteOffset: 2 &* index, as: UInt16.self) }
        case .q8_0: for block in 0..<blocks { Self.encodeQ8(input + 32 * block, output + 34 * block) }
        default: throw RoostError(.unsupportedModel, "Numbers of type \(type.name) cannot be written without ggml's library.")
        }
    }

    /// Encodes a block of 32 elements: the scale as a half, so that the largest magnitude is 127 steps, then 32 signed
    /// bytes.
    @inline(__always)
    private static func encodeQ8(_ input: UnsafePointer<Float>, _ output: UnsafeMutableRawPointer) {
        // The bit patterns of magnitudes have the same order as the magnitudes.
        var largest: UInt32 = 0
        for index in 0..<32 { largest = max(largest, input[index].bitPattern & 0x7FFF_FFFF) }
        let step = Float(bitPattern: largest) / 127
        let inverse = step == 0 ? 0 : 1 / step
        output.storeBytes(of: HalfFloat.half(step), as: UInt16.self)
        for index in 0..<32 { output.storeBytes(of: rounded(input[index] * inverse), toByteOffset: 2 &+ index, as: UInt8.self) }
    }

    /// Rounds to an integer up to 127 in two's complement; halves are rounded away from zero.
    @inline(__always)
    private static func rounded(_ value: Float) -> UInt8 {
        let magnitude = Float(bitPattern: value.bitPattern & 0x7FFF_FFFF)
        // Floats beyond 2^23 have no fraction, so adding it rounds to nearest, ties to even, and leaves the integer in
        // the lowest bits.
        let moved = magnitude + 0x1p23
        let isHalfLost: UInt32 = magnitude - (moved - 0x1p23) == 0.5 ? 1 : 0
        let result = moved.bitPattern &+ isHalfLost
        let sign = 0 &- (value.bitPattern &>> 31)
        return UInt8(truncatingIfNeeded: (result ^ sign) &- sign)
    }
}
