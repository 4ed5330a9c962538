/// The approximate memory of a model: its weights, and the keys and values of the context's tokens, in 16 bits each.
public struct MemoryNeed: Sendable, Hashable, Encodable {
    private enum CodingKeys: String, CodingKey {
        case weightBytes = "weight_bytes"
        case bytesPerToken = "bytes_per_token"
    }

    /// The size of the weights in bytes.
    public let weightBytes: Int64
    /// The memory for each token of the context in bytes; `nil` if the file does not contain enough information.
    public let bytesPerToken: Int64?

    init(_ tensors: [GGUFTensor], _ metadata: GGUFMetadata) {
        weightBytes = tensors.reduce(0) { $0 + $1.byteCount }
        bytesPerToken = ModelShape(metadata)?.bytesPerToken
    }

    /// Returns the total memory for a context.
    ///
    /// - Parameter contextLength: The number of tokens.
    /// - Returns: The number of bytes; `nil` if the file does not contain enough information, or the number overflows.
    public func bytes(contextLength: Int) -> Int64? {
        guard let bytesPerToken else { return nil }
        let (context, overflow) = bytesPerToken.multipliedReportingOverflow(by: Int64(contextLength))
        let (sum, more) = context.addingReportingOverflow(weightBytes)
        return overflow || more ? nil : sum
    }
}
