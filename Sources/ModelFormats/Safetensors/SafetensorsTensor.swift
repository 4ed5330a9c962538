/// A tensor of a safetensors file: its type, shape and position, without its numbers. These are little-endian, in
/// row-major order, and unaligned.
public struct SafetensorsTensor: Sendable, Hashable {
    /// The name in the file.
    public let name: ByteText
    /// The type of the elements.
    public let type: SafetensorsType
    /// The sizes of the dimensions, the slowest first; empty for a scalar.
    public let shape: [Int]
    /// The position of its bytes in the file.
    public let range: Range<Int64>
}
