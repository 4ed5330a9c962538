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
        bytesPerToken = Self.bytesPerToken(metadata)
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

    private static func bytesPerToken(_ metadata: GGUFMetadata) -> Int64? {
        guard let prefix = metadata.string("general.architecture"), let layers = metadata.count("\(prefix).block_count"),
            let heads = metadata.count("\(prefix).attention.head_count"), heads > 0, let width = metadata.count("\(prefix).embedding_length")
        else { return nil }
        let keyHeads = metadata.count("\(prefix).attention.head_count_kv") ?? heads
        let keyLength = metadata.count("\(prefix).attention.key_length") ?? width / heads
        let valueLength = metadata.count("\(prefix).attention.value_length") ?? width / heads
        // No model has larger numbers, and they would overflow below.
        guard [layers, keyHeads, keyLength, valueLength].allSatisfy({ $0 < 1 << 15 }) else { return nil }
        return Int64(layers) * Int64(keyHeads) * Int64(keyLength + valueLength) * 2
    }
}
