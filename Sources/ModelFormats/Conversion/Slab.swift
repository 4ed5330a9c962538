/// The rows of a tensor that are read, converted and written together.
struct Slab: Sendable {
    /// The index of the tensor in the plan.
    let tensor: Int
    /// The index of the matrix in the tensor's source.
    let matrix: Int
    /// The rows of the matrix.
    let rows: Range<Int>
    /// Whether this is the last slab of the tensor.
    let isLast: Bool
    /// The number of bytes in the source.
    let byteCount: Int
}

/// The slabs of a plan, in the order of the file. No slab contains parts of two tensors or two matrices.
struct SlabSequence: Sequence, IteratorProtocol {
    /// The approximate number of source bytes in a slab.
    static let byteCount = 4 << 20

    private let tensors: [OutputTensor]
    private var tensor: Int
    private var matrix = 0
    private var row = 0

    /// - Parameters:
    ///   - tensors: The tensors of the plan.
    ///   - first: The index of the first tensor to convert.
    init(_ tensors: [OutputTensor], from first: Int) {
        self.tensors = tensors
        self.tensor = first
    }

    mutating func next() -> Slab? {
        guard tensor < tensors.count else { return nil }
        guard case .matrices(let matrices, let transform) = tensors[tensor].source else {
            defer { tensor += 1 }
            return Slab(tensor: tensor, matrix: 0, rows: 0..<1, isLast: true, byteCount: 0)
        }
        let current = matrices[matrix]
        let end = Swift.min(current.rowCount, row + Self.rowCount(current, transform))
        let isLast = end == current.rowCount && matrix == matrices.count - 1
        let byteCount = (end - row) * current.rowLength * current.elementByteCount
        let slab = Slab(tensor: tensor, matrix: matrix, rows: row..<end, isLast: isLast, byteCount: byteCount)
        row = end
        if row == current.rowCount { (matrix, row) = (matrix + 1, 0) }
        if isLast { (tensor, matrix) = (tensor + 1, 0) }
        return slab
    }

    /// The number of rows in a slab. Groups of interleaved rows are not split.
    private static func rowCount(_ matrix: SourceMatrix, _ transform: RowTransform) -> Int {
        let rows = Swift.max(1, byteCount / Swift.max(1, matrix.rowLength * matrix.elementByteCount))
        guard case .woven(let size) = transform else { return rows }
        return Swift.max(1, rows / size) * size
    }
}
