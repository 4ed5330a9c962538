public import RoostCore

/// A mix of tensor types that Roost writes, with the name from GGUF file names.
public enum QuantizationRecipe: String, Sendable, CaseIterable {
    case f32 = "F32"
    case f16 = "F16"
    case bf16 = "BF16"
    case q4_0 = "Q4_0"
    case q4_K_M = "Q4_K_M"
    case q5_K_M = "Q5_K_M"
    case q6_K = "Q6_K"
    case q8_0 = "Q8_0"

    /// Creates the recipe with a tag's name.
    ///
    /// - Parameter tag: A tag such as `Q4_K_M`. `Q4_K` and `Q5_K` mean the mixes with `_M`, as in `llama-quantize`.
    public init?(_ tag: QuantizationTag) {
        self.init(rawValue: ["Q4_K": "Q4_K_M", "Q5_K": "Q5_K_M"][tag.description] ?? tag.description)
    }

    /// Creates the recipe that preserves a source without loss.
    ///
    /// - Parameter source: The type of the source's matrices.
    public init(keeping source: TensorType) {
        self = source == .f16 ? .f16 : source == .bf16 ? .bf16 : .f32
    }

    /// The value of `general.file_type`: llama.cpp's number in `llama_ftype`.
    public var fileType: UInt32 {
        switch self {
        case .f32: 0
        case .f16: 1
        case .q4_0: 2
        case .q8_0: 7
        case .q4_K_M: 15
        case .q5_K_M: 17
        case .q6_K: 18
        case .bf16: 32
        }
    }

    /// The type of most matrices; `QuantizationMix` selects the others.
    public var tensorType: TensorType {
        switch self {
        case .f32: .f32
        case .f16: .f16
        case .bf16: .bf16
        case .q4_0: .q4_0
        case .q4_K_M: .q4_K
        case .q5_K_M: .q5_K
        case .q6_K: .q6_K
        case .q8_0: .q8_0
        }
    }

    /// Whether blocks of weights share scales, so that a library is needed to write them.
    public var isQuantized: Bool { tensorType.blockSize > 1 }

    /// The approximate number of bytes for each weight, measured on a model of eight billion parameters. Small models
    /// need more, because their large embeddings get more bits.
    public var bytesPerWeight: Double {
        switch self {
        case .f32: 4
        case .f16, .bf16: 2
        case .q4_0: 0.58
        case .q4_K_M: 0.61
        case .q5_K_M: 0.71
        case .q6_K: 0.82
        case .q8_0: 1.06
        }
    }
}
