/// A rule for converting a tensor of a checkpoint to a tensor of a GGUF file.
struct TensorRule: Sendable {
    /// The transform of the numbers.
    enum Transform: Sendable, Hashable {
        case none
        /// The tensor is not used.
        case unused
        /// The matrix is transposed.
        case transposed
        /// The rows of each head are interleaved: llama.cpp rotates adjacent elements where transformers rotates
        /// halves.
        case woven(heads: Int)
        /// 1 is added to each number.
        case addingOne
        /// The experts' matrices, each in a separate tensor, become one tensor. The source name has a second `#`.
        case stacked(experts: Int)
        /// Half of the rows of each expert's matrix: 0 is the first half, 1 the second.
        case half(Int)
        /// Only the first rows are kept, up to this number.
        case cut(rows: Int)
    }

    /// The name in the checkpoint. `#` is the number of the layer, and a second one the number of the expert.
    let source: String
    /// The name in the GGUF file. `#` is the number of the layer.
    let target: String
    /// The transform of the numbers.
    let transform: Transform
    /// Whether a model may lack the tensor. If several rules have the same target, one of them must apply.
    let isOptional: Bool

    init(_ source: String, _ target: String, _ transform: Transform = .none, optional: Bool = false) {
        self.source = source
        self.target = target
        self.transform = transform
        self.isOptional = optional
    }
}

/// A tensor's name with `#` for each number: `model.layers.3.mlp.experts.5.up_proj.weight` becomes
/// `model.layers.#.mlp.experts.#.up_proj.weight` with 3 and 5.
struct TensorNamePattern {
    let pattern: String
    let numbers: [Int]

    /// - Parameter name: The name, in ASCII.
    init(_ name: String) {
        var numbers: [Int] = []
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map { part in
            guard (1...6).contains(part.utf8.count), part == "0" || !part.hasPrefix("0"), let number = Int(part), part.first?.isNumber == true else {
                return part
            }
            numbers.append(number)
            return "#"
        }
        self.pattern = parts.joined(separator: ".")
        self.numbers = numbers
    }
}
