/// Makes floats of a slab's rows, in the order and with the values they are to have.
struct RowDecoder {
    private let raw: UnsafeRawBufferPointer
    private let rowCount: Int
    private let rowLength: Int
    private let type: SafetensorsType
    private let transform: RowTransform

    /// - Parameters:
    ///   - raw: The slab as it was read.
    ///   - rowCount: Its rows.
    ///   - rowLength: Numbers in a row.
    ///   - type: Their type.
    ///   - transform: What happens to them.
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
    ///   - rows: Rows of the slab, as counted in the result.
    ///   - floats: Room for them.
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

    /// Where a row of a woven group comes from: even ones from its first half, odd ones from its second.
    private static func unwoven(_ row: Int, _ groupSize: Int) -> Int {
        let (group, place) = row.quotientAndRemainder(dividingBy: groupSize)
        return group * groupSize + place / 2 + (place % 2) * (groupSize / 2)
    }

    /// The slab has a row for each column of the result.
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
