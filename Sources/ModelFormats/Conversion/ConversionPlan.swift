import RoostCore

/// The complete layout of a GGUF file except for the numbers. `ModelWriter` then writes the file in one pass.
public struct ConversionPlan: Sendable {
    /// The file's header.
    public let header: GGUFHeader
    /// The tensors, in the order of the file.
    public let tensors: [OutputTensor]
    /// The checkpoint's files.
    public let checkpoint: Checkpoint
    /// The key-values.
    public let keyValues: [GGUFKeyValue]

    /// Plans a conversion.
    ///
    /// - Parameters:
    ///   - source: The model's configuration and tensors.
    ///   - fileType: llama.cpp's number for the mix of types: 0 F32, 1 F16, 7 Q8_0, 15 Q4_K_M, 32 BF16.
    ///   - types: Returns the type of each tensor. The result is ignored for tensors with `OutputTensor.isAlwaysF32`.
    /// - Throws: `RoostError` if a tensor's shape does not fit its type, and the errors of `types`.
    public init(
        _ source: ConversionSource, fileType: UInt32, types: ([OutputTensor]) throws -> [TensorType]
    ) throws {
        checkpoint = source.checkpoint
        tensors = source.tensors
        let chosen = try types(tensors)
        precondition(chosen.count == tensors.count, "a type for each tensor")
        let placed = zip(tensors, chosen).map { tensor, type in
            (name: tensor.name, type: tensor.isAlwaysF32 ? .f32 : type, dimensions: tensor.dimensions)
        }
        let own = [GGUFKeyValue("general.file_type", .uint32(fileType)), GGUFKeyValue("general.quantization_version", .uint32(2))]
        keyValues = source.leading + own + source.trailing
        header = try GGUFHeader(keyValues: keyValues, tensors: placed)
    }

    /// Plans a conversion to one type, for all tensors that can have it.
    ///
    /// - Parameters:
    ///   - source: The model's configuration and tensors.
    ///   - type: F32, F16, BF16 or Q8_0.
    /// - Throws: `RoostError` for another type.
    public init(_ source: ConversionSource, type: TensorType) throws {
        guard let fileType = [TensorType.f32: 0, .f16: 1, .q8_0: 7, .bf16: 32][type] as UInt32? else {
            throw RoostError(.unsupportedModel, "\(type.name) is not one of the types that a whole model is converted to: F32, F16, BF16, Q8_0.")
        }
        try self.init(source, fileType: fileType) { $0.map { $0.plainType(type) } }
    }
}
