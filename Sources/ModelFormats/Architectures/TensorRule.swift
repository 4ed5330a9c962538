/// Which tensor of a checkpoint becomes which tensor of a GGUF file.
struct TensorRule: Sendable {
    /// What happens to the numbers on the way.
    enum Transform: Sendable, Hashable {
        case none
        /// The tensor is not needed.
        case unused
        /// Rows become columns.
        case transposed
        /// Rows of each of so many heads are woven: llama.cpp rotates neighbours where transformers rotates halves.
        case woven(heads: Int)
        /// 1 is added to each.
        case addingOne
        /// So many experts' matrices, each in a tensor of its own, become one tensor; the source has a second `#`.
        case stacked(experts: Int)
        /// One half of the rows of each expert's matrix: 0 the first, 1 the second.
        case half(Int)
        /// The first so many rows, if there are more.
        case cut(rows: Int)
    }

    /// The name in the checkpoint; `#` stands for the number of the layer, a second one for that of the expert.
    let source: String
    /// The name in the GGUF file; `#` stands for the number of the layer.
    let target: String
    /// What happens to the numbers.
    let transform: Transform
    /// Whether a model may lack it. Several rules may have one target, then one of them has to apply.
    let isOptional: Bool

    init(_ source: String, _ target: String, _ transform: Transform = .none, optional: Bool = false) {
        self.source = source
        self.target = target
        self.transform = transform
        self.isOptional = optional
    }
}

/// A tensor's name with `#` for each number in it: `model.layers.3.mlp.experts.5.up_proj.weight` is `model.layers.#.mlp.experts.#.up_proj.weight`
/// and 3, 5.
struct TensorNamePattern {
    let pattern: String
    let numbers: [Int]

    /// - Parameter name: The name without anything but ASCII.
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
