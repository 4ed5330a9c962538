import RoostCore

/// Encodes rows with ggml's own functions, so that the bytes are those of `llama-quantize` with the same library.
///
/// Every call stands alone: the types here need no tables (`ggml_quantize_init` does nothing for them), and each row is encoded by itself, so rows
/// may come in any portions and from any threads.
public struct GGMLEncoder: TensorEncoder {
    /// What the library writes: the quantised types that `QuantizationMix` chooses. F32, F16 and BF16 are left to `NativeEncoder`. None of them needs an importance matrix.
    public static let types: [TensorType] = [.q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .q4_K, .q5_K, .q6_K]

    private let library: GGMLLibrary

    /// Makes an encoder.
    ///
    /// - Parameter library: The loaded library.
    public init(_ library: GGMLLibrary) { self.library = library }

    /// Encodes whole rows, as `TensorEncoder` says.
    ///
    /// - Parameters:
    ///   - source: The rows, one behind the other.
    ///   - rowLength: Elements in a row, a multiple of the type's block size.
    ///   - type: One of `types`, or F32, F16, BF16.
    ///   - destination: Room for all rows.
    /// - Throws: `RoostError` with code `unsupportedModel` for numbers that the type cannot hold, with the first one's row and column in its context.
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
        // The scale of a block is a half: numbers beyond what it can hold become infinite only here.
        guard library.validateRowData(type.rawValue, output, byteCount) else {
            throw RoostError(.unsupportedModel, "Numbers are too large for \(type.name): a block's scale became infinite. Use F32 or BF16 instead.")
        }
    }

    /// The library ends the process when it is called with sizes that do not go together, so nothing reaches it unchecked.
    private static func byteCount(of elements: Int, rowLength: Int, as type: TensorType) throws -> Int {
        guard types.contains(type) else { throw RoostError(.unexpected, "\(type.name) is not a type that Roost quantises to.") }
        guard rowLength > 0, rowLength % type.blockSize == 0, elements % rowLength == 0, let byteCount = type.byteCount(ofRow: elements) else {
            throw RoostError(.unexpected, "\(elements) elements in rows of \(rowLength) cannot be written as \(type.name).")
        }
        return byteCount
    }

    /// No type here holds a number of 2^28: the most is 65,504 · 127 · 32, in Q6_K. The library makes garbage, or zeros, of larger ones and of NaN,
    /// mostly without a trace in its output; so the source is what must be looked at.
    private static func checkNumbers(_ source: UnsafeBufferPointer<Float>, rowLength: Int) throws {
        // Exponents from 28 on, and only those, carry into the sign's place. Without branches the loop takes many numbers at once.
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
