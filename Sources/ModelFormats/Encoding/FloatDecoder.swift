/// Turns the numbers of a checkpoint into floats.
enum FloatDecoder {
    /// Decodes numbers.
    ///
    /// - Parameters:
    ///   - source: `count` numbers, little-endian, not aligned.
    ///   - type: Their type: F32, F16, BF16 or F64.
    ///   - destination: Room for `count` floats.
    ///   - count: How many.
    static func decode(_ source: UnsafeRawPointer, _ type: SafetensorsType, into destination: UnsafeMutablePointer<Float>, count: Int) {
        let output = UnsafeMutableRawPointer(destination)
        switch type {
        case .f32: output.copyMemory(from: source, byteCount: 4 * count)
        case .bf16: widen(source, output, count) { HalfFloat.float(brain: $0) }
        case .f16: widen(source, output, count) { HalfFloat.float(half: $0) }
        case .f64: for index in 0..<count { destination[index] = Float(source.loadUnaligned(fromByteOffset: 8 * index, as: Double.self)) }
        default: preconditionFailure("only convertible types have a place in the plan")
        }
    }

    @inline(__always)
    private static func widen(
        _ source: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, _ count: Int, _ convert: (SIMD8<UInt16>) -> SIMD8<Float>
    ) {
        HalfFloat.forEach(count) { index in
            let floats = convert(source.loadUnaligned(fromByteOffset: 2 * index, as: SIMD8<UInt16>.self))
            output.storeBytes(of: floats, toByteOffset: 4 * index, as: SIMD8<Float>.self)
        } one: { index in
            let bits = SIMD8<UInt16>(repeating: source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
            output.storeBytes(of: convert(bits)[0], toByteOffset: 4 * index, as: Float.self)
        }
    }
}
