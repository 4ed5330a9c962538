import RoostCore

/// Encodes rows with ggml's own functions, so that the bytes are the same as those of `llama-quantize` with the same
/// library.
///
/// The calls are independent: these types need no tables (`ggml_quantize_init` does nothing for them), and each row is
/// encoded separately. So rows may be passed in any portions and from any threads.
public struct GGMLEncoder: TensorEncoder {
    /// The types that the library encodes: the quantized types that `QuantizationMix` selects. `NativeEncoder` encodes
    /// F32, F16 and BF16. None of these types needs an importance matrix.
    public static let types: [TensorType] = [.q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .q4_K, .q5_K, .q6_K]

    private let library: GGMLLibrary

    /// Creates an encoder.
    ///
    /// - Parameter library: The loaded library.
    public init(_ library: GGMLLibrary) { self.library = library }

    /// Encodes whole rows; see `TensorEncoder`.
    ///
    /// - Parameters:
    ///   - source: Consecutive rows.
    ///   - rowLength: The number of elements in a row, a multiple of the type's block size.
    ///   - type: One of `types`, or F32, F16, BF16.
    ///   - destination: The buffer for all rows.
    /// - Throws: `RoostError` with code `unsupportedModel` for numbers that the type cannot represent, with the row and
    ///   column of the first one in its context.
    public func encode(
        _ source: UnsafeBufferPointer<Float>, rowLength: Int, as type: TensorType, into destination: UnsafeMutableRawBufferPointer
    ) throws {
        if [.f32, .f16, .bf16].contains(type) { return try NativeEncoder().encode(source, rowLength: rowLength, as: type, into: destination) }
        let byteCount = try Self.byteCount(of: source.count, rowLength: rowLength, as: type)
        guard destination.count >= byteCount else {
            throw RoostError(.unexpected, "\(source.count) elements need \(byteCount) bytes as \(type.name); there is room for \(destination.count).")
        }
        guard let input = source.baseAddress, let output = destination.baseAddress, byteCount > 0 else { return }
        try Self.checkNumbers(source, rowLength: rowLength)
        let rows = Int64(source.count / rowLength)
        let written = library.quantizeChunk(type.rawValue, input, output, 0, rows, Int64(rowLength), nil)
        guard written == byteCount else {
            throw RoostError(.unexpected, "\(library.path) wrote \(written) bytes for \(rows) rows as \(type.name); \(byteCount) were expected.")
        }
        // The scale of a block is a half, so numbers that are too large become infinite only here.
        guard library.validateRowData(type.rawValue, output, byteCount) else {
            throw RoostError(.unsupportedModel, "Numbers are too large for \(type.name): a block's scale became infinite. Use F32 or BF16 instead.")
        }
    }

    /// Checks the sizes, because the library ends the process if they are inconsistent.
    private static func byteCount(of elements: Int, rowLength: Int, as type: TensorType) throws -> Int {
        guard types.contains(type) else { throw RoostError(.unexpected, "\(type.name) is not a type that Roost quantises to.") }
        guard rowLength > 0, rowLength % type.blockSize == 0, elements % rowLength == 0, let byteCount = type.byteCount(ofRow: elements) else {
            throw RoostError(.unexpected, "\(elements) elements in rows of \(rowLength) cannot be written as \(type.name).")
        }
        return byteCount
    }

    /// Checks the source. No type here can represent 2^28: the maximum is 65,504 · 127 · 32, in Q6_K. For larger
    /// numbers and NaN, the library writes wrong values or zeros, usually without a trace in its output.
    private static func checkNumbers(_ source: UnsafeBufferPointer<Float>, rowLength: Int) throws {
        // Exactly the exponents from 28 on overflow into the sign bit. Without branches the loop can be vectorized.
        let limit: UInt32 = (127 + 28) << 23
        var carry: UInt32 = 0
        for value in source { carry |= (value.bitPattern & 0x7F80_0000) &+ (0x8000_0000 - limit) }
        guard carry & 0x8000_0000 != 0, let index = source.firstIndex(where: { !($0.magnitude < 0x1p28) }) else { return }
        throw RoostError(
            .unsupportedModel,
            "The weights hold \(source[index]), which cannot be quantised: the source is damaged or its training failed. Pull another revision.",
            context: ["row": "\(index / rowLength)", "column": "\(index % rowLength)"])
    }
}
