/// Writes rows of numbers in a tensor's type. Called from several threads at once.
public protocol TensorEncoder: Sendable {
    /// Encodes whole rows.
    ///
    /// - Parameters:
    ///   - source: The rows, one behind the other; a whole number of them.
    ///   - rowLength: Elements in a row, a multiple of the type's block size.
    ///   - type: What to write.
    ///   - destination: Room for all rows; what is left behind them stays as it is.
    /// - Throws: `RoostError` when a number cannot be written in that type, or the type cannot be written at all.
    func encode(
        _ source: UnsafeBufferPointer<Float>, rowLength: Int, as type: TensorType, into destination: UnsafeMutableRawBufferPointer
    ) throws
}
