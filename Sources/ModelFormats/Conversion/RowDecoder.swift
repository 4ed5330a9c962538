/// Decodes the rows of a slab to floats, in the order and with the values of the result.
struct RowDecoder {
    private let raw: UnsafeRawBufferPointer
    private let rowCount: Int
    private let rowLength: Int
    private let type: SafetensorsType
    private let transform: RowTransform

    /// - Parameters:
    ///   - raw: The bytes of the slab.
    ///   - rowCount: The number of rows.
    ///   - rowLength: The number of elements in a row.
    ///   - type: The type of the elements.
    ///   - transform: The transform of the rows.
    init(_ raw: UnsafeRawBufferPointer, rowCount: Int, rowLength: Int, type: SafetensorsType, transform: RowTransform) {
        self.raw = raw
        self.rowCount = rowCount
        self.rowLength = rowLength
        self.type = type
        self.transform = transform
    }

    /// Decodes some rows.
    ///
    /// - Parameters:
    ///   - rows: The rows of the slab, as numbered in the result.
    ///   - floats: The buffer for them.
    func decode(_ rows: Range<Int>, into floats: UnsafeMutableBufferPointer<Float>) {
        guard let start = raw.baseAddress, let output = floats.baseAddress else { return }
        let rowSize = rowLength * type.bitCount / 8
        let count = rows.count * rowLength
        switch transform {
        case .none: FloatDecoder.decode(start + rows.lowerBound * rowSize, type, into: output, count: count)
        case .addingOne:
            FloatDecoder.decode(start + rows.lowerBound * rowSize, type, into: output, count: count)
            for index in 0..<count { output[index] += 1 }
        case .woven(let size):
            for (place, row) in rows.enumerated() {
                FloatDecoder.decode(start + Self.unwoven(row, size) * rowSize, type, into: output + place * rowLength, count: rowLength)
            }
        case .transposed: decodeColumns(rows, start, output)
        }
    }

    /// The source row of a row in an interleaved group: even rows come from its first half, odd rows from its second.
    private static func unwoven(_ row: Int, _ groupSize: Int) -> Int {
        let (group, place) = row.quotientAndRemainder(dividingBy: groupSize)
        return group * groupSize + place / 2 + (place % 2) * (groupSize / 2)
    }

    /// Decodes a slab that has one row for each column of the result.
    private func decodeColumns(_ rows: Range<Int>, _ start: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>) {
        let size = type.bitCount / 8
        withUnsafeTemporaryAllocation(of: Float.self, capacity: rows.count) { column in
            guard let values = column.baseAddress else { return }
            for index in 0..<rowLength {
                FloatDecoder.decode(start + (index * rowCount + rows.lowerBound) * size, type, into: values, count: rows.count)
                for row in 0..<rows.count { output[row * rowLength + index] = values[row] }
            }
        }
    }
}
