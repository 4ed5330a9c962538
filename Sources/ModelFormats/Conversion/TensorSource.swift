/// The source of the numbers of a tensor in the GGUF file.
enum TensorSource: Sendable {
    /// Computed numbers.
    case values([Float])
    /// Consecutive matrices of the checkpoint.
    case matrices([SourceMatrix], RowTransform)
}

/// Consecutive rows in a file of the checkpoint.
struct SourceMatrix: Sendable {
    /// The index of the file in `Checkpoint.files`.
    let file: Int
    /// The position of the first row.
    let offset: Int64
    /// The type of the numbers.
    let type: SafetensorsType
    let rowCount: Int
    /// The number of elements in a row.
    let rowLength: Int

    /// The size of an element in bytes.
    var elementByteCount: Int { type.bitCount / 8 }
}

/// The transform of the rows of a matrix.
enum RowTransform: Sendable, Hashable {
    case none
    /// The matrix is stored transposed: `rowCount` and `rowLength` are those of the result.
    case transposed
    /// In each group of rows, the first half goes to the even positions and the second half to the odd positions.
    case woven(groupSize: Int)
    /// 1 is added to each number.
    case addingOne
}
