/// Where the numbers of a tensor of the GGUF file come from.
enum TensorSource: Sendable {
    /// Numbers that no file has.
    case values([Float])
    /// Matrices of the checkpoint, one behind the other.
    case matrices([SourceMatrix], RowTransform)
}

/// Rows in a file of the checkpoint, one behind the other.
struct SourceMatrix: Sendable {
    /// Place of the file in `Checkpoint.files`.
    let file: Int
    /// Where the first row begins.
    let offset: Int64
    /// How the numbers are stored.
    let type: SafetensorsType
    let rowCount: Int
    /// Numbers in a row.
    let rowLength: Int

    /// Bytes of a number.
    var elementByteCount: Int { type.bitCount / 8 }
}

/// What happens to the rows of a matrix.
enum RowTransform: Sendable, Hashable {
    case none
    /// The matrix is stored with rows as columns: `rowCount` and `rowLength` are those of the result.
    case transposed
    /// Of each so many rows, those of the first half come at even places, those of the second at odd ones.
    case woven(groupSize: Int)
    /// 1 is added to each number.
    case addingOne
}
