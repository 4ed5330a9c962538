/// A tensor of a GGUF file: its position and shape, without its numbers.
public struct GGUFTensor: Sendable, Hashable {
    /// The name, at most 63 bytes.
    public let name: String
    /// The type of the numbers.
    public let type: TensorType
    /// The one to four dimensions in ggml's order: the row length first.
    public let dimensions: [Int]
    /// The position of the bytes, relative to the data section.
    public let offset: Int64
    /// The number of bytes without padding.
    public let byteCount: Int64

    /// The number of elements in the tensor.
    public var elementCount: Int { dimensions.reduce(1, *) }
}

extension TensorType {
    /// Returns the size of a tensor in bytes.
    ///
    /// - Parameter dimensions: The dimensions in ggml's order, the row length first.
    /// - Returns: `nil` if a row is not a whole number of blocks, a dimension is negative, or the number of elements or
    ///   bytes overflows.
    public func byteCount(of dimensions: [Int]) -> Int64? {
        guard let rowLength = dimensions.first, var bytes = byteCount(ofRow: rowLength) else { return nil }
        var elements = rowLength
        for dimension in dimensions.dropFirst() {
            guard dimension >= 0 else { return nil }
            let (moreElements, overflow) = elements.multipliedReportingOverflow(by: dimension)
            let (moreBytes, byteOverflow) = bytes.multipliedReportingOverflow(by: dimension)
            guard !overflow, !byteOverflow else { return nil }
            (elements, bytes) = (moreElements, moreBytes)
        }
        return Int64(bytes)
    }
}
