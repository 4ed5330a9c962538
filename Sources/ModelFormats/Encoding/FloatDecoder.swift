/// Converts the numbers of a checkpoint to floats.
enum FloatDecoder {
    /// Decodes numbers.
    ///
    /// - Parameters:
    ///   - source: `count` numbers, little-endian, unaligned.
    ///   - type: The type: F32, F16, BF16 or F64.
    ///   - destination: The buffer for `count` floats.
    ///   - count: The number of elements.
    static func decode(_ source: UnsafeRawPointer, _ type: SafetensorsType, into destination: UnsafeMutablePointer<Float>, count: Int) {
        switch type {
        case .f32: UnsafeMutableRawPointer(destination).copyMemory(from: source, byteCount: 4 * count)
        case .bf16:
            for index in 0..<count { destination[index] = HalfFloat.float(brain: source.loadUnaligned(fromByteOffset: 2 &* index, as: UInt16.self)) }
        case .f16:
            for index in 0..<count { destination[index] = HalfFloat.float(half: source.loadUnaligned(fromByteOffset: 2 &* index, as: UInt16.self)) }
        case .f64: for index in 0..<count { destination[index] = Float(source.loadUnaligned(fromByteOffset: 8 &* index, as: Double.self)) }
        default: preconditionFailure("only convertible types have a place in the plan")
        }
    }
}
