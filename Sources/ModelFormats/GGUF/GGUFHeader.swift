import RoostCore

/// The header of a GGUF file, version 3.
public struct GGUFHeader: Sendable {
    /// The alignment of tensors in bytes.
    public static let alignment: Int64 = 32

    /// The bytes, with padding before the data section.
    public let bytes: [UInt8]
    /// The tensors with their offsets.
    public let tensors: [GGUFTensor]
    /// The size of the complete file in bytes.
    public let fileSize: Int64

    /// Creates a header.
    ///
    /// - Parameters:
    ///   - keyValues: The key-values with unique, non-empty keys. `general.alignment` must not be among them.
    ///   - tensors: The name, type and ggml's dimensions, in the order of the data.
    /// - Throws: `RoostError` if a shape does not fit its type, a name is too long, or the size of the file would
    ///   overflow.
    public init(keyValues: [GGUFKeyValue], tensors: [(name: String, type: TensorType, dimensions: [Int])]) throws {
        var offset: Int64 = 0
        let placed = try tensors.map { tensor in
            guard let count = tensor.type.byteCount(of: tensor.dimensions), tensor.name.utf8.count <= GGUFLimits.nameBytes,
                tensor.dimensions.count <= GGUFLimits.dimensions, count < Int64.max / 2 - offset
            else {
                throw RoostError(
                    .unsupportedModel,
                    "The tensor \(tensor.name.quotedForPeople) of shape \(tensor.dimensions) cannot be written as \(tensor.type.name).")
            }
            defer { offset += count.roundedUp(toMultipleOf: Self.alignment) }
            return GGUFTensor(name: tensor.name, type: tensor.type, dimensions: tensor.dimensions, offset: offset, byteCount: count)
        }
        var writer = GGUFWriter()
        writer.head(keyValues, placed)
        writer.pad(toMultipleOf: Int(Self.alignment))
        self.bytes = writer.bytes
        self.tensors = placed
        self.fileSize = Int64(writer.bytes.count) + offset
    }
}
