/// Encodes rows of numbers in a tensor's type. Called from several threads at the same time.
public protocol TensorEncoder: Sendable {
    /// Encodes whole rows.
    ///
    /// - Parameters:
    ///   - source: A whole number of consecutive rows.
    ///   - rowLength: The number of elements in a row, a multiple of the type's block size.
    ///   - type: The type to encode.
    ///   - destination: The buffer for all rows. Bytes after them are not changed.
    /// - Throws: `RoostError` if a number cannot be represented in that type, or the type is not supported.
    func encode(
        _ source: UnsafeBufferPointer<Float>, rowLength: Int, as type: TensorType, into destination: UnsafeMutableRawBufferPointer
    ) throws
}
