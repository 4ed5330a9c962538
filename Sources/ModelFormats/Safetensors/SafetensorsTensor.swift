/// A tensor of a safetensors file: its type, shape and place, not its numbers. They are little-endian, in row-major order, and not aligned.
public struct SafetensorsTensor: Sendable, Hashable {
    /// The name, as the file has it.
    public let name: ByteText
    /// The type of the elements.
    public let type: SafetensorsType
    /// Sizes of the dimensions, the slowest first; none for a scalar.
    public let shape: [Int]
    /// Its bytes, counted from the start of the file.
    public let range: Range<Int64>
}
