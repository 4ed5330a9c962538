/// A tensor of a GGUF file: its place and shape, not its numbers.
public struct GGUFTensor: Sendable, Hashable {
    /// At most 63 bytes.
    public let name: String
    /// How the numbers are stored.
    public let type: TensorType
    /// ggml's order: the first is the length of a row. One to four numbers.
    public let dimensions: [Int]
    /// Where the bytes begin, counted from the start of the data section.
    public let offset: Int64
    /// Without padding.
    public let byteCount: Int64

    /// Describes a tensor.
    ///
    /// - Parameters:
    ///   - name: At most 63 bytes.
    ///   - type: How the numbers are stored.
    ///   - dimensions: ggml's order, the row's length first.
    ///   - offset: Where the bytes begin in the data section.
    ///   - byteCount: Their number, without padding.
    public init(name: String, type: TensorType, dimensions: [Int], offset: Int64, byteCount: Int64) {
        self.name = name
        self.type = type
        self.dimensions = dimensions
        self.offset = offset
        self.byteCount = byteCount
    }

    /// Numbers in the tensor.
    public var elementCount: Int { dimensions.reduce(1, *) }
}

extension TensorType {
    /// Bytes of a tensor.
    ///
    /// - Parameter dimensions: ggml's order, the row's length first.
    /// - Returns: `nil` when a row is no whole number of blocks, a dimension is negative, or there are more elements or bytes than can be counted.
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
