import RoostCore

/// Reads the numbers of a slab and encodes its bytes.
struct SlabEncoder: Sendable {
    /// The number of floats between reading and writing: few enough for the processor's cache.
    private static let chunkLength = 16384

    let plan: ConversionPlan
    let bytes: any CheckpointBytes
    let encoder: any TensorEncoder

    /// Returns the bytes of the slab in the GGUF file.
    func encode(_ slab: Slab) async throws -> [UInt8] {
        do { return try await encodedSlab(slab) } catch let problem as NumberRange.Problem { throw describe(problem, slab) }
    }

    private func encodedSlab(_ slab: Slab) async throws -> [UInt8] {
        let type = plan.header.tensors[slab.tensor].type
        switch plan.tensors[slab.tensor].source {
        case .values(let values): return try values.withUnsafeBufferPointer { try encoded($0, rowLength: values.count, as: type) }
        case .matrices(let matrices, let transform):
            let matrix = matrices[slab.matrix]
            let raw = UnsafeMutableRawBufferPointer.allocate(byteCount: slab.rows.count * matrix.rowLength * matrix.elementByteCount, alignment: 64)
            defer { raw.deallocate() }
            try await read(slab.rows, of: matrix, transform, into: raw)
            // Types that exist in both formats have the same name.
            if transform == .none, matrix.type.rawValue == type.name {
                try NumberRange.check(UnsafeRawBufferPointer(raw), of: matrix.type)
                return Array(raw)
            }
            return try encoded(UnsafeRawBufferPointer(raw), slab.rows.count, matrix, transform, as: type)
        }
    }

    /// The error for a number that cannot be written, with the same advice for all types. A type with a greater range
    /// helps with large numbers; nothing helps with values that are not numbers.
    private func describe(_ problem: NumberRange.Problem, _ slab: Slab) -> RoostError {
        let name = plan.tensors[slab.tensor].name
        let type = plan.header.tensors[slab.tensor].type.name
        switch problem {
        case .tooLarge:
            return RoostError(
                .numberOutOfRange,
                "The tensor \(name.quotedForPeople) has numbers too large for \(type). Convert the model to BF16 (`--quantize bf16`), or to F32 with `--quantize no` "
                    + "if it is stored so.",
                context: ["tensor": name])
        case .notFinite:
            return RoostError(
                .notFinite,
                "The tensor \(name.quotedForPeople) has weights that are not numbers (NaN) or infinite. A model of any type made of them answers nonsense, so none "
                    + "is made. If `roost models verify` finds no damage, the repository contains them: use another revision or repository.")
        }
    }

    /// Reads rows of a matrix. A matrix that is stored transposed is read in parts of its columns.
    private func read(_ rows: Range<Int>, of matrix: SourceMatrix, _ transform: RowTransform, into raw: UnsafeMutableRawBufferPointer) async throws {
        let size = matrix.elementByteCount
        guard transform == .transposed else {
            try await bytes.read(file: matrix.file, at: matrix.offset + Int64(rows.lowerBound * matrix.rowLength * size), into: raw)
            return
        }
        let pieceSize = rows.count * size
        for column in 0..<matrix.rowLength {
            let piece = UnsafeMutableRawBufferPointer(rebasing: raw[column * pieceSize..<(column + 1) * pieceSize])
            try await bytes.read(file: matrix.file, at: matrix.offset + Int64((column * matrix.rowCount + rows.lowerBound) * size), into: piece)
        }
    }

    /// Decodes, transforms and encodes the rows in chunks.
    private func encoded(
        _ raw: UnsafeRawBufferPointer, _ rowCount: Int, _ matrix: SourceMatrix, _ transform: RowTransform, as type: TensorType
    ) throws -> [UInt8] {
        let rowLength = matrix.rowLength
        let rowBytes = try rowByteCount(type, rowLength)
        let rowsAtOnce = max(1, Self.chunkLength / rowLength)
        let decoder = RowDecoder(raw, rowCount: rowCount, rowLength: rowLength, type: matrix.type, transform: transform)
        return try [UInt8](unsafeUninitializedCapacity: rowCount * rowBytes) { output, count in
            try withUnsafeTemporaryAllocation(of: Float.self, capacity: min(rowsAtOnce, rowCount) * rowLength) { floats in
                for first in stride(from: 0, to: rowCount, by: rowsAtOnce) {
                    let rows = first..<min(rowCount, first + rowsAtOnce)
                    decoder.decode(rows, into: floats)
                    let numbers = UnsafeBufferPointer(rebasing: floats[..<(rows.count * rowLength)])
                    try NumberRange.check(numbers, for: type)
                    try encoder.encode(
                        numbers, rowLength: rowLength, as: type,
                        into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(output)[(first * rowBytes)...]))
                }
            }
            count = rowCount * rowBytes
        }
    }

    private func encoded(_ values: UnsafeBufferPointer<Float>, rowLength: Int, as type: TensorType) throws -> [UInt8] {
        let size = try rowByteCount(type, rowLength)
        return try [UInt8](unsafeUninitializedCapacity: size) { output, count in
            try encoder.encode(values, rowLength: rowLength, as: type, into: UnsafeMutableRawBufferPointer(output))
            count = size
        }
    }

    private func rowByteCount(_ type: TensorType, _ rowLength: Int) throws -> Int {
        guard let count = type.byteCount(ofRow: rowLength) else {
            throw RoostError(.unsupportedModel, "Rows of \(rowLength) numbers cannot be written as \(type.name).")
        }
        return count
    }
}
