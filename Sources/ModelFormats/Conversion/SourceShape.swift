import RoostCore

/// The shape of a checkpoint's tensor and its conversion to GGUF, which has the dimensions in reverse order.
struct SourceShape {
    private let entry: Checkpoint.Tensor
    private let name: String
    private var tensor: SafetensorsTensor { entry.tensor }

    init(_ entry: Checkpoint.Tensor, name: String) {
        self.entry = entry
        self.name = name
    }

    /// Returns the tensor of the GGUF file.
    ///
    /// - Throws: `RoostError` if the shape does not fit the transform, or the type of the numbers cannot be converted.
    func output(named target: String, _ transform: TensorRule.Transform) throws -> OutputTensor {
        let shape = try checkedShape()
        switch transform {
        case .none, .stacked, .unused: return result(target, shape, try matrix(shape), .none)
        case .addingOne: return result(target, shape, try matrix(shape), .addingOne)
        case .transposed:
            guard shape.count == 2 else { throw problem("has \(shape.count) dimensions and not two") }
            return result(target, [shape[1], shape[0]], try matrix([shape[1], shape[0]]), .transposed)
        case .woven(let heads):
            guard shape.count <= 2, shape[0] % (2 * heads) == 0 else { throw problem("has \(shape[0]) rows for \(heads) heads") }
            // In a vector, each number is a row.
            return result(target, shape, try matrix([shape[0], shape.count == 2 ? shape[1] : 1]), .woven(groupSize: shape[0] / heads))
        case .cut(let rows):
            guard shape.count == 2 else { throw problem("has \(shape.count) dimensions and not two") }
            let kept = [min(shape[0], rows), shape[1]]
            return result(target, kept, try matrix(kept), .none)
        case .half(let half):
            guard shape.count == 3, shape[1] % 2 == 0 else { throw problem("has the shape \(shape), which cannot be halved") }
            let rows = shape[1] / 2
            let halves = try (0..<shape[0]).map { try matrix([rows, shape[2]], skippingRows: $0 * shape[1] + half * rows) }
            return OutputTensor(name: target, dimensions: [shape[2], rows, shape[0]], source: .matrices(halves, .none))
        }
    }

    /// Returns one tensor made of many tensors with the same shape.
    static func stacked(_ entries: [Checkpoint.Tensor], named target: String) throws -> OutputTensor {
        let shapes = entries.map { SourceShape($0, name: $0.tensor.name.description) }
        let shape = try shapes[0].checkedShape()
        guard shape.count == 2 else { throw shapes[0].problem("has \(shape.count) dimensions and not two") }
        for other in shapes where other.tensor.shape != shape { throw other.problem("has another shape than the other experts'") }
        return OutputTensor(
            name: target, dimensions: [shape[1], shape[0], entries.count], source: .matrices(try shapes.map { try $0.matrix(shape) }, .none))
    }

    private func checkedShape() throws -> [Int] {
        guard tensor.type.isConvertible else {
            throw problem("has numbers of type \(tensor.type.rawValue); only F32, F16, BF16 and F64 can be converted")
        }
        guard (1...4).contains(tensor.shape.count), !tensor.shape.contains(0) else { throw problem("has the shape \(tensor.shape)") }
        return tensor.shape
    }

    private func result(_ target: String, _ shape: [Int], _ matrix: SourceMatrix, _ transform: RowTransform) -> OutputTensor {
        OutputTensor(name: target, dimensions: shape.reversed(), source: .matrices([matrix], transform))
    }

    /// The numbers as rows. The products cannot overflow, because the whole tensor is in a file.
    private func matrix(_ shape: [Int], skippingRows skipped: Int = 0) throws -> SourceMatrix {
        let rowLength = shape.count == 1 ? shape[0] : shape[shape.count - 1]
        let rowCount = shape.count == 1 ? 1 : shape.dropLast().reduce(1, *)
        let offset = tensor.range.lowerBound + Int64(skipped * rowLength * tensor.type.bitCount / 8)
        return SourceMatrix(file: entry.file, offset: offset, type: tensor.type, rowCount: rowCount, rowLength: rowLength)
    }

    private func problem(_ text: String) -> RoostError {
        RoostError(
            .unsupportedModel,
            "The model's tensor \(name.quotedForPeople) \(text). The model is a variant that is not supported, or is malformed.")
    }
}
